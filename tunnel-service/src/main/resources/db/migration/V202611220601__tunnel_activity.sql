-- One row for each command on a tunnel, whoever gave it (R4.1c). Goes with its tunnel; the audit log keeps the events.
CREATE TABLE tunnel_activity (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  action text NOT NULL,
  status text NOT NULL,
  details text NOT NULL,
  client_address text NOT NULL,
  user_agent text NOT NULL,
  occurred_at timestamptz NOT NULL
);

CREATE INDEX tunnel_activity_by_tunnel ON tunnel_activity (tunnel_id, occurred_at DESC, id);

ALTER TABLE tunnel_activity ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnel_activity FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnel_activity
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnel_activity TO tunnel_system USING (true);
