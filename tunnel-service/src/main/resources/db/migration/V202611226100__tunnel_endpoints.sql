-- The endpoints of a tunnel (R4.4, D5): each is one agent, or one local service at an agent, by the name the agent states. A
-- row is made by its owner, or by the first agent of that name.
CREATE TABLE tunnel_endpoints (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  name text NOT NULL CONSTRAINT tunnel_endpoints_name CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
  url text NOT NULL CONSTRAINT tunnel_endpoints_url_length CHECK (char_length(url) <= 300),
  priority integer NOT NULL CONSTRAINT tunnel_endpoints_priority CHECK (priority BETWEEN 0 AND 1000),
  weight integer NOT NULL CONSTRAINT tunnel_endpoints_weight CHECK (weight BETWEEN 1 AND 1000),
  health_check_path text CONSTRAINT tunnel_endpoints_path CHECK (char_length(health_check_path) <= 500),
  max_retries integer NOT NULL CONSTRAINT tunnel_endpoints_retries CHECK (max_retries BETWEEN 0 AND 5),
  health_status text NOT NULL CONSTRAINT tunnel_endpoints_health
    CHECK (health_status IN ('unknown', 'healthy', 'unhealthy')),
  health_reason text NOT NULL,
  consecutive_failures integer NOT NULL,
  last_health_check timestamptz,
  recovered_at timestamptz,
  health_changed_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT tunnel_endpoints_name_of_tunnel UNIQUE (tunnel_id, name)
);

-- How a tunnel with several endpoints changes between them, and which one carries it now (P2.3.1).
CREATE TABLE tunnel_failover (
  tunnel_id uuid PRIMARY KEY REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  health_check_interval_millis integer NOT NULL DEFAULT 10000
    CONSTRAINT tunnel_failover_interval CHECK (health_check_interval_millis BETWEEN 1000 AND 15000),
  failover_timeout_millis integer NOT NULL DEFAULT 5000
    CONSTRAINT tunnel_failover_timeout CHECK (failover_timeout_millis BETWEEN 0 AND 60000),
  auto_failback boolean NOT NULL DEFAULT true,
  failback_delay_millis integer NOT NULL DEFAULT 30000
    CONSTRAINT tunnel_failover_delay CHECK (failback_delay_millis BETWEEN 0 AND 86400000),
  active_endpoint text,
  picked_endpoint text,
  switched_at timestamptz,
  switch_reason text,
  checks_requested_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX tunnel_failover_by_update ON tunnel_failover (updated_at);

-- Each change from one endpoint to another (P2.3.9).
CREATE TABLE tunnel_switches (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  from_endpoint text NOT NULL,
  to_endpoint text NOT NULL,
  reason text NOT NULL,
  queue_size integer NOT NULL,
  replica text NOT NULL,
  occurred_at timestamptz NOT NULL
);

CREATE INDEX tunnel_switches_by_tunnel ON tunnel_switches (tunnel_id, id DESC);
CREATE INDEX tunnel_switches_by_time ON tunnel_switches (occurred_at);

ALTER TABLE tunnel_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnel_endpoints FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnel_endpoints
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnel_endpoints TO tunnel_system USING (true);

ALTER TABLE tunnel_failover ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnel_failover FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnel_failover
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnel_failover TO tunnel_system USING (true);

ALTER TABLE tunnel_switches ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnel_switches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnel_switches
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnel_switches TO tunnel_system USING (true);

-- Replicas read again what has a later time than they know; whatever way a row is changed, its tunnel gets one.
CREATE FUNCTION date_failover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE TRIGGER date_failover BEFORE UPDATE ON tunnel_failover
  FOR EACH ROW EXECUTE FUNCTION date_failover();

CREATE FUNCTION date_failover_of_endpoint() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE tunnel_failover SET updated_at = clock_timestamp()
  WHERE tunnel_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.tunnel_id ELSE NEW.tunnel_id END;
  RETURN NULL;
END $$;

CREATE TRIGGER date_come_and_gone AFTER INSERT OR DELETE ON tunnel_endpoints
  FOR EACH ROW EXECUTE FUNCTION date_failover_of_endpoint();
CREATE TRIGGER date_changed AFTER UPDATE ON tunnel_endpoints
  FOR EACH ROW
  WHEN (OLD.name <> NEW.name OR OLD.url <> NEW.url OR OLD.priority <> NEW.priority OR OLD.weight <> NEW.weight
    OR OLD.health_check_path IS DISTINCT FROM NEW.health_check_path OR OLD.max_retries <> NEW.max_retries
    OR OLD.health_status <> NEW.health_status OR OLD.consecutive_failures <> NEW.consecutive_failures
    OR OLD.health_reason <> NEW.health_reason)
  EXECUTE FUNCTION date_failover_of_endpoint();
