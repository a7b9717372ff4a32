-- Links: whoever holds the token uses the tunnel, as often and as long as it says (R4.8a). Kept as keyed digest only.
CREATE TABLE share_tokens (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  digest bytea NOT NULL CONSTRAINT share_tokens_digest UNIQUE,
  role text NOT NULL CONSTRAINT share_tokens_role CHECK (role IN ('viewer', 'editor', 'admin')),
  description text NOT NULL,
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  max_uses integer CONSTRAINT share_tokens_max_uses CHECK (max_uses > 0),
  uses integer NOT NULL DEFAULT 0,
  last_used_at timestamptz,
  CONSTRAINT share_tokens_uses CHECK (max_uses IS NULL OR uses <= max_uses)
);

CREATE INDEX share_tokens_by_tunnel ON share_tokens (tunnel_id, created_at DESC);

ALTER TABLE share_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE share_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON share_tokens
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON share_tokens TO tunnel_system USING (true);

-- The login that visitors of a public tunnel must know, if there is one. Apart from the tunnel's row, which guests read.
CREATE TABLE visitor_logins (
  tunnel_id uuid PRIMARY KEY REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  username text NOT NULL,
  password_hash text NOT NULL
);

ALTER TABLE visitor_logins ENABLE ROW LEVEL SECURITY;
ALTER TABLE visitor_logins FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON visitor_logins
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON visitor_logins TO tunnel_system USING (true);
