-- One authenticator app an account. The secret is sealed with SECRET_KEY; last_step makes each code good for one sign-in.
CREATE TABLE second_factor (
  account_id    uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  tenant_id     uuid        NOT NULL,
  sealed_secret text        NOT NULL,
  last_step     bigint      NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL,
  confirmed_at  timestamptz
);

ALTER TABLE second_factor ENABLE ROW LEVEL SECURITY;
ALTER TABLE second_factor FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON second_factor USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON second_factor TO auth_system USING (true);

-- HMAC under a key derived from SECRET_KEY: short enough to be typed, so a bare digest could be guessed from a copy.
CREATE TABLE recovery_code (
  account_id uuid        NOT NULL REFERENCES second_factor ON DELETE CASCADE,
  tenant_id  uuid        NOT NULL,
  digest     bytea       NOT NULL,
  used_at    timestamptz,
  PRIMARY KEY (account_id, digest)
);

ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_code FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON recovery_code USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON recovery_code TO auth_system USING (true);

-- Right passwords that wait for their code. SHA-256 of the challenge; 256 random bits need no slow hash.
CREATE TABLE sign_in_challenge (
  challenge_hash bytea PRIMARY KEY,
  account_id     uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  attempted_name text        NOT NULL,
  enrolment      boolean     NOT NULL,
  expires_at     timestamptz NOT NULL,
  used_at        timestamptz
);
CREATE INDEX sign_in_challenge_account ON sign_in_challenge (account_id);
CREATE INDEX sign_in_challenge_expiry ON sign_in_challenge (expires_at);
