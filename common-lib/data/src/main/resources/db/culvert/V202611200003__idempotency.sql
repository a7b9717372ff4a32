-- First answers to POSTs with an Idempotency-Key. The caller's key is kept as a hash only, the answer sealed under it.
CREATE TABLE idempotency (
  id           bytea       PRIMARY KEY,
  claim_id     uuid        NOT NULL,
  request_hash bytea       NOT NULL,
  started_at   timestamptz NOT NULL,
  status       integer,
  content_type text,
  location     text,
  sealed_body  bytea
);

CREATE INDEX idempotency_started_at ON idempotency (started_at);

REVOKE ALL ON idempotency FROM ${flyway:defaultSchema}_app, ${flyway:defaultSchema}_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency TO ${flyway:defaultSchema}_app;
