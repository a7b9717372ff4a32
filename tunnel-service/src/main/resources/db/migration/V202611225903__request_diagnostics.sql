-- Requests that failed, with what leads on: the correlation id and the agent connection (R4.7).
CREATE TABLE request_errors (
  request_id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  session_id uuid,
  replica text NOT NULL,
  category text NOT NULL,
  code text,
  status integer NOT NULL,
  method text NOT NULL,
  path text NOT NULL,
  correlation_id text NOT NULL,
  duration_millis bigint NOT NULL,
  occurred_at timestamptz NOT NULL
);

CREATE INDEX request_errors_by_tunnel ON request_errors (tunnel_id, occurred_at DESC, request_id);
CREATE INDEX request_errors_by_session ON request_errors (session_id, occurred_at DESC) WHERE session_id IS NOT NULL;
CREATE INDEX request_errors_by_time ON request_errors (occurred_at);

ALTER TABLE request_errors ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_errors FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON request_errors
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON request_errors TO tunnel_system USING (true);

-- How many requests took how long, by hop and hour. Each process keeps its own row and writes its whole content each time, so
-- that writing again changes nothing; adding rows up gives the histogram of all.
CREATE TABLE request_latencies (
  tunnel_id uuid NOT NULL,
  hour timestamptz NOT NULL,
  recorder uuid NOT NULL,
  hop text NOT NULL,
  tenant_id uuid NOT NULL,
  counts bigint[] NOT NULL,
  PRIMARY KEY (tunnel_id, hour, recorder, hop)
);

CREATE INDEX request_latencies_by_hour ON request_latencies (hour);

ALTER TABLE request_latencies ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_latencies FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON request_latencies
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON request_latencies TO tunnel_system USING (true);
