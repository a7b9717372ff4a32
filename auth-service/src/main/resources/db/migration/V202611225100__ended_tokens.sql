-- Access tokens that were ended one by one, by their jti, until they would have expired anyway. Tokens of a session that has
-- ended are not here.
CREATE TABLE ended_token (
  token_id   text PRIMARY KEY,
  tenant_id  uuid        NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ended_token_expiry ON ended_token (expires_at);

ALTER TABLE ended_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE ended_token FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ended_token USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON ended_token TO auth_system USING (true);
