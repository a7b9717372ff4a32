-- Traffic of one tunnel by one user on one UTC day (R4.9). Outlives the tunnel: it is what is billed.
CREATE TABLE usage_days (
  tunnel_id uuid NOT NULL,
  user_id uuid NOT NULL,
  day date NOT NULL,
  tenant_id uuid NOT NULL,
  requests bigint NOT NULL DEFAULT 0,
  errors bigint NOT NULL DEFAULT 0,
  bytes_in bigint NOT NULL DEFAULT 0,
  bytes_out bigint NOT NULL DEFAULT 0,
  duration_millis bigint NOT NULL DEFAULT 0,
  min_duration_millis bigint,
  max_duration_millis bigint,
  connections bigint NOT NULL DEFAULT 0,
  peak_connections integer NOT NULL DEFAULT 0,
  PRIMARY KEY (tunnel_id, day, user_id)
);

ALTER TABLE usage_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_days FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_days
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON usage_days TO tunnel_system USING (true);

-- The batch each replica wrote last, in the same transaction as its rows: a batch whose commit was not heard is sent
-- again and found here instead of being counted twice.
CREATE TABLE usage_flushes (
  replica text PRIMARY KEY,
  last_batch uuid NOT NULL
);

ALTER TABLE usage_flushes ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_flushes FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON usage_flushes TO tunnel_system USING (true);
