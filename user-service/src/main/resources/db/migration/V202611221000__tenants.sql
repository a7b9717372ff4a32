CREATE TABLE tenant (
  id         uuid PRIMARY KEY,
  name       text        NOT NULL,
  personal   boolean     NOT NULL,
  owner_id   uuid        NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX tenant_personal ON tenant (owner_id) WHERE personal;

ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tenant USING (id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tenant TO users_system USING (true);
