-- One request of an application, from asking through code to tokens. The id is also that of the session the tokens belong to.
-- Who allowed it is not known before somebody signed in. Codes and tokens are kept as SHA-256: 256 random bits need no slow hash.
CREATE TABLE oauth_authorization (
  id               uuid PRIMARY KEY,
  application_id   uuid        NOT NULL REFERENCES oauth_application ON DELETE CASCADE,
  tenant_id        uuid,
  account_id       uuid        REFERENCES account ON DELETE CASCADE,
  grant_type       text        NOT NULL,
  scopes           text[]      NOT NULL,
  request          text,
  client_address   text,
  signed_in_at     timestamptz,
  key_thumbprint   text,
  state_hash       bytea UNIQUE,
  code_hash        bytea UNIQUE,
  device_code_hash bytea UNIQUE,
  user_code_hash   bytea UNIQUE,
  device_decision  text CHECK (device_decision IN ('allowed', 'refused')),
  created_at       timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  redeemed_at      timestamptz
);
CREATE INDEX oauth_authorization_application ON oauth_authorization (application_id, account_id);
CREATE INDEX oauth_authorization_account ON oauth_authorization (account_id);
CREATE INDEX oauth_authorization_expiry ON oauth_authorization (expires_at);

ALTER TABLE oauth_authorization ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_authorization FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON oauth_authorization USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON oauth_authorization TO auth_system USING (true);

-- A family of refresh tokens hangs on its authorization. For a few seconds a used token leads to its sealed successor again.
CREATE TABLE oauth_refresh_token (
  token_hash       bytea PRIMARY KEY,
  authorization_id uuid        NOT NULL REFERENCES oauth_authorization ON DELETE CASCADE,
  created_at       timestamptz NOT NULL,
  expires_at       timestamptz NOT NULL,
  used_at          timestamptz,
  sealed_successor text
);
CREATE INDEX oauth_refresh_token_authorization ON oauth_refresh_token (authorization_id);
