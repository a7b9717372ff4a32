-- Who is signed in on the pages of the authorization server; SHA-256 of the token in the cookie.
CREATE TABLE browser_session (
  token_hash     bytea PRIMARY KEY,
  id             uuid        NOT NULL,
  tenant_id      uuid        NOT NULL,
  account_id     uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  client_address text        NOT NULL,
  signed_in_at   timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL
);
CREATE INDEX browser_session_account ON browser_session (account_id);
CREATE INDEX browser_session_expiry ON browser_session (expires_at);

ALTER TABLE browser_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE browser_session FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON browser_session USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON browser_session TO auth_system USING (true);
