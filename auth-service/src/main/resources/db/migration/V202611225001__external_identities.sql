-- Whom other issuers know. Issuer and subject identify; a mail address never does.
CREATE TABLE external_identity (
  issuer     text        NOT NULL,
  subject    text        NOT NULL CHECK (length(subject) <= 255),
  tenant_id  uuid        NOT NULL,
  account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  linked_at  timestamptz NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identity_account ON external_identity (account_id);

ALTER TABLE external_identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE external_identity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON external_identity USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON external_identity TO auth_system USING (true);
