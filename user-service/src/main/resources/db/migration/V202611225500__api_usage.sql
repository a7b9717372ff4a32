-- Every call of a known caller at the gateway; the event's id keeps an event that comes twice from being two calls.
CREATE TABLE api_usage (
  event_id        uuid PRIMARY KEY,
  tenant_id       uuid        NOT NULL,
  user_id         uuid        NOT NULL,
  api_key_id      uuid,
  method          text        NOT NULL,
  endpoint        text        NOT NULL,
  status          smallint    NOT NULL,
  started_at      timestamptz NOT NULL,
  duration_micros bigint      NOT NULL,
  bytes_in        bigint      NOT NULL,
  bytes_out       bigint      NOT NULL,
  correlation_id  text
);
CREATE INDEX api_usage_by_tenant ON api_usage (tenant_id, started_at DESC, event_id);
CREATE INDEX api_usage_by_user ON api_usage (user_id, started_at DESC, event_id);
-- For forgetting the oldest; rows come nearly in the order of time, so a few blocks of index do for a day of rows.
CREATE INDEX api_usage_by_time ON api_usage USING brin (started_at);

ALTER TABLE api_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_usage USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON api_usage TO users_system USING (true);

-- Sums of the same calls by UTC day, kept longer than the calls and written with them.
CREATE TABLE api_usage_day (
  tenant_id       uuid     NOT NULL,
  user_id         uuid     NOT NULL,
  day             date     NOT NULL,
  endpoint        text     NOT NULL,
  method          text     NOT NULL,
  status          smallint NOT NULL,
  api_key_id      uuid,
  calls           bigint   NOT NULL,
  duration_micros bigint   NOT NULL,
  bytes_in        bigint   NOT NULL,
  bytes_out       bigint   NOT NULL,
  UNIQUE NULLS NOT DISTINCT (tenant_id, day, user_id, endpoint, method, status, api_key_id)
);
CREATE INDEX api_usage_day_by_day ON api_usage_day (day);

ALTER TABLE api_usage_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_usage_day FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_usage_day USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON api_usage_day TO users_system USING (true);
