-- Somebody asks to be let in to a tunnel; an answer must come before the request expires (P2.10.7).
CREATE TABLE access_requests (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  requester_id uuid NOT NULL,
  requester_tenant_id uuid NOT NULL,
  requester_name text NOT NULL,
  role text NOT NULL CONSTRAINT access_requests_role CHECK (role IN ('viewer', 'editor', 'admin')),
  message text NOT NULL CONSTRAINT access_requests_message CHECK (char_length(message) <= 1000),
  status text NOT NULL CONSTRAINT access_requests_status CHECK (status IN ('pending', 'approved', 'refused')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  decided_by uuid,
  decided_at timestamptz
);

CREATE INDEX access_requests_by_tunnel ON access_requests (tunnel_id, created_at DESC);
CREATE INDEX access_requests_by_requester ON access_requests (requester_id, created_at DESC);

ALTER TABLE access_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON access_requests
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON access_requests TO tunnel_system USING (true);
CREATE POLICY requester ON access_requests FOR SELECT USING (
  requester_id = nullif(current_setting('culvert.user_id', true), '')::uuid);
