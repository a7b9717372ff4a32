-- What tunnel-service told of the tunnels that proxies may lead to (R4.5). A deleted one stays for a while, so that its name is
-- known to lead nowhere.
CREATE TABLE tunnels (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  status text NOT NULL,
  status_since timestamptz NOT NULL,
  first_told_at timestamptz NOT NULL,
  told_at timestamptz NOT NULL
);

CREATE INDEX tunnels_by_tenant_and_name ON tunnels (tenant_id, name);
CREATE INDEX tunnels_deleted ON tunnels (told_at) WHERE status = 'deleted';

ALTER TABLE tunnels ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnels FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnels
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnels TO proxy_system USING (true);

-- Whether a target can take requests, as far as the tunnels tell.
ALTER TABLE proxies ADD COLUMN reachable boolean NOT NULL DEFAULT true;

CREATE INDEX proxy_targets_by_tenant_and_tunnel ON proxy_targets (tenant_id, tunnel) WHERE tunnel IS NOT NULL;
