-- By what the budgets of a tenant are multiplied instead of the number of its plan. Set by administrators of the installation,
-- who reach all tenants; tenants read nothing here.
CREATE TABLE tenant_limit (
    tenant_id  uuid PRIMARY KEY,
    multiplier numeric(8, 2) NOT NULL CHECK (multiplier > 0),
    updated_by uuid          NOT NULL,
    updated_at timestamptz   NOT NULL
);

ALTER TABLE tenant_limit ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_limit FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON tenant_limit TO admin_system USING (true) WITH CHECK (true);
