CREATE TABLE api_key (
  id           uuid PRIMARY KEY,
  tenant_id    uuid        NOT NULL,
  account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  prefix       text        NOT NULL UNIQUE,
  digest       bytea       NOT NULL,
  scopes       text[]      NOT NULL CHECK (cardinality(scopes) > 0),
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
CREATE INDEX api_key_account ON api_key (account_id, created_at DESC);

ALTER TABLE api_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_key USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON api_key TO auth_system USING (true);
