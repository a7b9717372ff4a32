-- What the inspector keeps of a tunnel's requests, where its owner chose. Without a row: metadata, no bodies.
CREATE TABLE inspectors (
  tunnel_id uuid PRIMARY KEY REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  enabled boolean NOT NULL,
  bodies boolean NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX inspectors_by_update ON inspectors (updated_at);

ALTER TABLE inspectors ENABLE ROW LEVEL SECURITY;
ALTER TABLE inspectors FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON inspectors
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON inspectors TO tunnel_system USING (true);
