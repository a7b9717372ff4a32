-- Public keys that an application proves itself with in place of its secret (RFC 7523), and the proofs that were used, each
-- good once, until they would have expired anyway.
ALTER TABLE oauth_application ADD COLUMN jwks text;

CREATE TABLE client_assertion (
  application_id uuid        NOT NULL REFERENCES oauth_application ON DELETE CASCADE,
  token_id_hash  bytea       NOT NULL,
  expires_at     timestamptz NOT NULL,
  PRIMARY KEY (application_id, token_id_hash)
);
CREATE INDEX client_assertion_expiry ON client_assertion (expires_at);
