-- Requests that were under way when the ledger was written last (R4.6). A replica that is killed tells of no end: one that
-- starts again under its name finds here what was cut off; and whoever goes on with an answer in its place finds how many
-- bytes of it are counted.
CREATE TABLE usage_under_way (
  answer text PRIMARY KEY,
  replica text NOT NULL,
  tunnel_id uuid NOT NULL,
  user_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  counted_bytes bigint NOT NULL,
  request_counted boolean NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 70);
CREATE INDEX usage_under_way_replica ON usage_under_way (replica);
CREATE INDEX usage_under_way_tenant ON usage_under_way (tenant_id);

ALTER TABLE usage_under_way ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_under_way FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_under_way
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON usage_under_way TO tunnel_system USING (true);
