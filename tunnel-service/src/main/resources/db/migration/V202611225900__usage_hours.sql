-- The same ledger by the hour (P2.5.1): the raw data, kept for about 90 days. Days, which stay longer, are written in the same
-- transaction, so that they are the sums of their hours at every moment.
CREATE TABLE usage_hours (
  tunnel_id uuid NOT NULL,
  user_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  tenant_id uuid NOT NULL,
  requests bigint NOT NULL,
  errors bigint NOT NULL,
  bytes_in bigint NOT NULL,
  bytes_out bigint NOT NULL,
  duration_millis bigint NOT NULL,
  min_duration_millis bigint,
  max_duration_millis bigint,
  prompt_tokens bigint NOT NULL,
  completion_tokens bigint NOT NULL,
  peak_requests integer NOT NULL,
  PRIMARY KEY (tunnel_id, hour, user_id)
);

CREATE INDEX usage_hours_by_hour ON usage_hours (hour);
CREATE INDEX usage_hours_by_user ON usage_hours (user_id, hour);

ALTER TABLE usage_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_hours
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON usage_hours TO tunnel_system USING (true);

-- Tokens as the answers of language models tell them, and the most requests at once on one replica.
ALTER TABLE usage_days
  ADD COLUMN prompt_tokens bigint NOT NULL DEFAULT 0,
  ADD COLUMN completion_tokens bigint NOT NULL DEFAULT 0,
  ADD COLUMN peak_requests integer NOT NULL DEFAULT 0;

CREATE INDEX usage_days_by_day ON usage_days (day);
CREATE INDEX usage_days_by_user ON usage_days (user_id, day);
