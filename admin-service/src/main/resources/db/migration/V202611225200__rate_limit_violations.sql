-- What limits refused: one row for all calls of a caller that one limit refused at one endpoint within a second.
CREATE TABLE rate_limit_violation (
    event_id       uuid PRIMARY KEY,
    occurred_at    timestamptz NOT NULL,
    type           text        NOT NULL,
    user_id        uuid,
    tenant_id      uuid,
    address        text        NOT NULL,
    endpoint       text        NOT NULL,
    path           text        NOT NULL,
    method         text        NOT NULL,
    agent          text,
    correlation_id text        NOT NULL,
    allowed        bigint      NOT NULL,
    degraded       boolean     NOT NULL,
    calls          bigint      NOT NULL CHECK (calls > 0)
);

CREATE INDEX rate_limit_violation_by_user ON rate_limit_violation (user_id, occurred_at DESC) WHERE user_id IS NOT NULL;
CREATE INDEX rate_limit_violation_by_address ON rate_limit_violation (address, occurred_at DESC);
CREATE INDEX rate_limit_violation_by_endpoint ON rate_limit_violation (endpoint, occurred_at DESC);
CREATE INDEX rate_limit_violation_newest ON rate_limit_violation (occurred_at DESC);

ALTER TABLE rate_limit_violation ENABLE ROW LEVEL SECURITY;
ALTER TABLE rate_limit_violation FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rate_limit_violation FOR SELECT
    USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON rate_limit_violation TO admin_system USING (true) WITH CHECK (true);
