-- Who gave whom which role and when; account.roles holds what is active of it, because every token needs that.
CREATE TABLE role_grant (
  id         uuid PRIMARY KEY,
  tenant_id  uuid        NOT NULL,
  account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  role       text        NOT NULL,
  granted_by uuid,
  granted_at timestamptz NOT NULL,
  revoked_by uuid,
  revoked_at timestamptz,
  active     boolean     GENERATED ALWAYS AS (revoked_at IS NULL) STORED
);
CREATE UNIQUE INDEX role_grant_active ON role_grant (account_id, role) WHERE revoked_at IS NULL;
CREATE INDEX role_grant_time ON role_grant (granted_at DESC);

ALTER TABLE role_grant ENABLE ROW LEVEL SECURITY;
ALTER TABLE role_grant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON role_grant USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON role_grant TO auth_system USING (true);
