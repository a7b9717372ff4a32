CREATE TABLE api_key_audit (
  id             uuid PRIMARY KEY,
  tenant_id      uuid        NOT NULL,
  api_key_id     uuid        NOT NULL REFERENCES api_key ON DELETE CASCADE,
  action         text        NOT NULL,
  actor_id       uuid,
  client_address text,
  happened_at    timestamptz NOT NULL
);
CREATE INDEX api_key_audit_key ON api_key_audit (api_key_id, happened_at DESC);

ALTER TABLE api_key_audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_key_audit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_key_audit USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON api_key_audit TO auth_system USING (true);

-- Keys made lately from an address, whoever made them: what the limit by address counts.
CREATE TABLE api_key_creation (
  client_address text        NOT NULL,
  created_at     timestamptz NOT NULL
);
CREATE INDEX api_key_creation_address ON api_key_creation (client_address, created_at);
CREATE INDEX api_key_creation_age ON api_key_creation (created_at);
