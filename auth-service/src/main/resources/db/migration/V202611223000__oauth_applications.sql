-- Applications that act for users by OAuth 2.0; the id is the client id. Of a secret only a keyed digest is kept.
CREATE TABLE oauth_application (
  id                        uuid PRIMARY KEY,
  tenant_id                 uuid        NOT NULL,
  account_id                uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  name                      text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  redirect_uris             text[]      NOT NULL,
  post_logout_redirect_uris text[]      NOT NULL,
  scopes                    text[]      NOT NULL CHECK (cardinality(scopes) > 0),
  confidential              boolean     NOT NULL,
  trusted                   boolean     NOT NULL,
  device_flow               boolean     NOT NULL,
  secret_digest             text        CHECK ((secret_digest IS NOT NULL) = confidential),
  service_session_id        uuid,
  created_at                timestamptz NOT NULL,
  updated_at                timestamptz NOT NULL
);
CREATE INDEX oauth_application_account ON oauth_application (account_id, created_at DESC);

ALTER TABLE oauth_application ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_application FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON oauth_application USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON oauth_application TO auth_system USING (true);
