-- The sums of a tunnel that were published last, so that each is published once (R4.10).
CREATE TABLE metrics_announcements (
  tunnel_id uuid PRIMARY KEY REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  requests bigint NOT NULL,
  bytes bigint NOT NULL
);

ALTER TABLE metrics_announcements ENABLE ROW LEVEL SECURITY;
ALTER TABLE metrics_announcements FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON metrics_announcements
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON metrics_announcements TO tunnel_system USING (true);
