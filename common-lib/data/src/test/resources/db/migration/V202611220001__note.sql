CREATE TABLE note (
  id        uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  text      text NOT NULL
);

ALTER TABLE note ENABLE ROW LEVEL SECURITY;
ALTER TABLE note FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON note USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON note TO ${flyway:defaultSchema}_system USING (true);
