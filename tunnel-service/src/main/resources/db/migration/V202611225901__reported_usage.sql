-- What agents and clients report of their own use (R4.9a). Shown beside what was measured, never added to it.
CREATE TABLE reported_usage (
  tunnel_id uuid NOT NULL,
  event_id text NOT NULL CONSTRAINT reported_usage_event_id CHECK (char_length(event_id) BETWEEN 1 AND 128),
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  type text NOT NULL CONSTRAINT reported_usage_type
    CHECK (type IN ('connection_start', 'connection_end', 'data_transfer', 'error', 'request')),
  error boolean NOT NULL,
  connection_id text,
  data_bytes bigint NOT NULL CONSTRAINT reported_usage_bytes CHECK (data_bytes >= 0),
  duration_millis bigint NOT NULL CONSTRAINT reported_usage_duration CHECK (duration_millis >= 0),
  error_message text,
  address text,
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (tunnel_id, event_id)
);

CREATE INDEX reported_usage_by_tunnel_and_time ON reported_usage (tunnel_id, occurred_at);
CREATE INDEX reported_usage_by_time ON reported_usage (occurred_at);

ALTER TABLE reported_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE reported_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON reported_usage
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON reported_usage TO tunnel_system USING (true);
