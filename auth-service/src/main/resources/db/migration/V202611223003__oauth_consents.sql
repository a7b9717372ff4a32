-- What somebody allowed an application.
CREATE TABLE oauth_consent (
  account_id     uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  application_id uuid        NOT NULL REFERENCES oauth_application ON DELETE CASCADE,
  tenant_id      uuid        NOT NULL,
  scopes         text[]      NOT NULL CHECK (cardinality(scopes) > 0),
  granted_at     timestamptz NOT NULL,
  PRIMARY KEY (account_id, application_id)
);
CREATE INDEX oauth_consent_application ON oauth_consent (application_id);

ALTER TABLE oauth_consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_consent FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON oauth_consent USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON oauth_consent TO auth_system USING (true);
