#!/bin/sh
# Run by the PostgreSQL image at its first start: one schema and its roles per service.
set -eu
export PGDATABASE=culvert PGUSER="$POSTGRES_USER"
psql -v ON_ERROR_STOP=1 -q -f /culvert/create-service.sql
for service in auth users tunnel proxy webhook admin; do
  psql -v ON_ERROR_STOP=1 -q -v service="$service" -v owner="$DB_OWNER_PASSWORD" -v app="$DB_PASSWORD" <<'SQL'
CALL culvert_create_service(:'service', :'owner', :'app');
SQL
done
