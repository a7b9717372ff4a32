-- What became of tunnels and of agent connections, with times (R4.7, P2.4.3, P2.4.7). Written by the database itself, in the
-- transaction that changes a row, so that no way of changing one can forget it.
CREATE TABLE tunnel_transitions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  old_status text,
  new_status text NOT NULL,
  reason text NOT NULL,
  occurred_at timestamptz NOT NULL
);

CREATE INDEX tunnel_transitions_by_tunnel ON tunnel_transitions (tunnel_id, id DESC);
CREATE INDEX tunnel_transitions_by_time ON tunnel_transitions (occurred_at);

ALTER TABLE tunnel_transitions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnel_transitions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnel_transitions
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnel_transitions TO tunnel_system USING (true);

CREATE FUNCTION note_tunnel_transition() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO tunnel_transitions (tunnel_id, tenant_id, old_status, new_status, reason, occurred_at)
  VALUES (NEW.id, NEW.tenant_id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status, NEW.status_reason,
    NEW.status_changed_at);
  RETURN NULL;
END $$;

CREATE TRIGGER note_first_status AFTER INSERT ON tunnels
  FOR EACH ROW EXECUTE FUNCTION note_tunnel_transition();
CREATE TRIGGER note_transition AFTER UPDATE ON tunnels
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION note_tunnel_transition();

-- Agent connections that are or were; agent_connections has those that are.
CREATE TABLE connection_history (
  session_id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  replica text NOT NULL,
  agent_instance text NOT NULL,
  agent_version text NOT NULL,
  remote_address text NOT NULL,
  connected_at timestamptz NOT NULL,
  ended_at timestamptz
);

CREATE INDEX connection_history_by_tunnel ON connection_history (tunnel_id, connected_at DESC, session_id);
CREATE INDEX connection_history_by_end ON connection_history (ended_at);

ALTER TABLE connection_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_history FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON connection_history
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON connection_history TO tunnel_system USING (true);

CREATE FUNCTION note_connection() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE connection_history SET ended_at = now() WHERE session_id = OLD.session_id;
  ELSE
    INSERT INTO connection_history (session_id, tunnel_id, tenant_id, user_id, replica, agent_instance, agent_version,
      remote_address, connected_at)
    VALUES (NEW.session_id, NEW.tunnel_id, NEW.tenant_id, NEW.user_id, NEW.replica, NEW.agent_instance,
      NEW.agent_version, NEW.remote_address, NEW.connected_at)
    ON CONFLICT (session_id) DO UPDATE SET ended_at = NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER note_connection AFTER INSERT OR DELETE ON agent_connections
  FOR EACH ROW EXECUTE FUNCTION note_connection();
