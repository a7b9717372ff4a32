-- A tunnel: a name under which a user's agents carry requests to a local service (R4.1, R4.1a, R4.1b).
CREATE TABLE tunnels (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL CONSTRAINT tunnels_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
  description text CONSTRAINT tunnels_description_length CHECK (char_length(description) <= 2000),
  max_connections integer NOT NULL CONSTRAINT tunnels_max_connections CHECK (max_connections BETWEEN 1 AND 10000),
  timeout_millis integer CONSTRAINT tunnels_timeout CHECK (timeout_millis BETWEEN 1000 AND 300000),
  status text NOT NULL CONSTRAINT tunnels_status
    CHECK (status IN ('CREATED', 'CONNECTING', 'CONNECTED', 'DISCONNECTED', 'ERROR')),
  stopped boolean NOT NULL,
  status_reason text NOT NULL,
  status_changed_at timestamptz NOT NULL,
  revision integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  created_from text NOT NULL,
  created_with text NOT NULL,
  CONSTRAINT tunnels_name_of_user UNIQUE (user_id, name),
  CONSTRAINT tunnels_stopped_is_disconnected CHECK (NOT stopped OR status = 'DISCONNECTED')
);

CREATE INDEX tunnels_by_tenant_and_name ON tunnels (tenant_id, name);
CREATE INDEX tunnels_by_user ON tunnels (user_id, created_at DESC, id);
CREATE INDEX tunnels_connected ON tunnels (id) WHERE status = 'CONNECTED';

ALTER TABLE tunnels ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnels FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnels
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnels TO tunnel_system USING (true);
