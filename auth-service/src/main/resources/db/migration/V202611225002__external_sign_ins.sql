-- Browsers on their way to an identity provider and back. SHA-256 of the state in the address and of the token in the cookie;
-- nonce and code verifier are sealed with SECRET_KEY. Nobody is known yet, so there is no tenant.
CREATE TABLE external_sign_in (
  state_hash   bytea PRIMARY KEY,
  browser_hash bytea       NOT NULL,
  issuer_id    text        NOT NULL,
  sealed       text        NOT NULL,
  continuation text        NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX external_sign_in_expiry ON external_sign_in (expires_at);
