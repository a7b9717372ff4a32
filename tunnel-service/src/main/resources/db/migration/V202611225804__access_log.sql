-- What others than the owner did with a tunnel (R4.8b), for 90 days. Equal calls of about a second are one row with their
-- number.
CREATE TABLE access_log (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  user_id uuid,
  granted_by text NOT NULL,
  grant_id uuid,
  permission text NOT NULL,
  action text NOT NULL,
  client_address text NOT NULL,
  user_agent text NOT NULL,
  calls integer NOT NULL,
  occurred_at timestamptz NOT NULL
);

CREATE INDEX access_log_by_tunnel ON access_log (tunnel_id, occurred_at DESC, id);
CREATE INDEX access_log_by_time ON access_log (occurred_at);

ALTER TABLE access_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON access_log
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON access_log TO tunnel_system USING (true);
