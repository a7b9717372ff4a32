-- Offers of tunnels to new owners (X-15), one for each tunnel; a row goes when its offer is taken, refused or withdrawn.
CREATE TABLE tunnel_transfers (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL CONSTRAINT tunnel_transfers_one_per_tunnel UNIQUE REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  tunnel_name text NOT NULL,
  owner_id uuid NOT NULL,
  receiver_id uuid NOT NULL,
  receiver_tenant_id uuid NOT NULL,
  receiver_name text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE INDEX tunnel_transfers_by_receiver ON tunnel_transfers (receiver_id, created_at DESC);

ALTER TABLE tunnel_transfers ENABLE ROW LEVEL SECURITY;
ALTER TABLE tunnel_transfers FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON tunnel_transfers
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON tunnel_transfers TO tunnel_system USING (true);
CREATE POLICY receiver ON tunnel_transfers FOR SELECT USING (
  receiver_id = nullif(current_setting('culvert.user_id', true), '')::uuid);
