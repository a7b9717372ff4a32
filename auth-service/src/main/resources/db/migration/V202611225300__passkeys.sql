-- The public halves of passkeys (WebAuthn). The private ones never leave the devices, so nothing here is secret.
CREATE TABLE passkey (
  id              uuid PRIMARY KEY,
  tenant_id       uuid        NOT NULL,
  account_id      uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  credential_id   bytea       NOT NULL UNIQUE CHECK (length(credential_id) <= 1023),
  public_key      bytea       NOT NULL,
  counter         bigint      NOT NULL CHECK (counter >= 0),
  backup_eligible boolean     NOT NULL,
  backed_up       boolean     NOT NULL,
  transports      text[]      NOT NULL,
  created_at      timestamptz NOT NULL,
  last_used_at    timestamptz
);
CREATE INDEX passkey_account ON passkey (account_id, created_at);

ALTER TABLE passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkey FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON passkey USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON passkey TO auth_system USING (true);

-- Challenges that wait for a passkey. SHA-256 of 256 random bits. Where nobody is known yet, there is no account.
CREATE TABLE passkey_challenge (
  challenge_hash bytea PRIMARY KEY,
  purpose        text        NOT NULL CHECK (purpose IN ('registration', 'second_step', 'sign_in', 'reauthentication')),
  account_id     uuid        REFERENCES account ON DELETE CASCADE,
  expires_at     timestamptz NOT NULL
);
CREATE INDEX passkey_challenge_account ON passkey_challenge (account_id);
CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at);
