-- A session is the family of refresh tokens that began with one sign-in.
CREATE TABLE session (
  id             uuid PRIMARY KEY,
  tenant_id      uuid        NOT NULL,
  account_id     uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  client_address text        NOT NULL,
  user_agent     text        NOT NULL,
  created_at     timestamptz NOT NULL,
  last_used_at   timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  ended_at       timestamptz,
  end_reason     text
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON session USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON session TO auth_system USING (true);

-- SHA-256 of the token; 256 random bits need no slow hash.
CREATE TABLE refresh_token (
  token_hash bytea PRIMARY KEY,
  session_id uuid        NOT NULL REFERENCES session ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX refresh_token_session ON refresh_token (session_id);
