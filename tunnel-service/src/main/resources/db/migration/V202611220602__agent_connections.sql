-- Agent connections that are open now, each with the replica that holds it, so that the rows of a replica that died can
-- be told from those of a living one.
CREATE TABLE agent_connections (
  session_id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  replica text NOT NULL,
  agent_instance text NOT NULL,
  agent_version text NOT NULL,
  remote_address text NOT NULL,
  connected_at timestamptz NOT NULL
);

CREATE INDEX agent_connections_by_tunnel ON agent_connections (tunnel_id);
CREATE INDEX agent_connections_by_replica ON agent_connections (replica);

ALTER TABLE agent_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_connections FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON agent_connections
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON agent_connections TO tunnel_system USING (true);

-- Replicas and when each was last known to live. Not a tenant's data: only the system role sees it.
CREATE TABLE replicas (
  name text PRIMARY KEY,
  seen_at timestamptz NOT NULL
);

ALTER TABLE replicas ENABLE ROW LEVEL SECURITY;
ALTER TABLE replicas FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON replicas TO tunnel_system USING (true);
