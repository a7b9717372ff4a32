-- Events that happened but are not on Kafka yet. Not a tenant's table: the relay reads all of it.
CREATE TABLE outbox (
  position       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id       uuid        NOT NULL,
  type           text        NOT NULL,
  topic          text        NOT NULL,
  subject        text        NOT NULL,
  occurred_at    timestamptz NOT NULL,
  tenant_id      uuid,
  actor_id       uuid,
  correlation_id text,
  traceparent    text,
  data           text        NOT NULL
) WITH (
  -- Rows live for milliseconds: vacuum by their number, not by a share of a table that is nearly always empty.
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000
);

REVOKE ALL ON outbox FROM ${flyway:defaultSchema}_app, ${flyway:defaultSchema}_system;
GRANT SELECT, INSERT, DELETE ON outbox TO ${flyway:defaultSchema}_app;
GRANT INSERT ON outbox TO ${flyway:defaultSchema}_system;
