-- The ledger of what users and their API keys called within a month, as the gateways counted it. Counting itself is done in
-- Redis; this is what a month is known by when Redis has lost it.
CREATE TABLE api_rate_limits (
    subject_type text        NOT NULL CHECK (subject_type IN ('user', 'api_key')),
    subject_id   uuid        NOT NULL,
    window_type  text        NOT NULL CHECK (window_type IN ('month')),
    window_start timestamptz NOT NULL,
    window_end   timestamptz NOT NULL,
    tenant_id    uuid        NOT NULL,
    used         bigint      NOT NULL CHECK (used >= 0),
    allowed      bigint      NOT NULL CHECK (allowed > 0),
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (subject_type, subject_id, window_type, window_start)
);
CREATE INDEX api_rate_limits_ended ON api_rate_limits (window_end);

ALTER TABLE api_rate_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_rate_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_rate_limits FOR SELECT
    USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON api_rate_limits TO users_system USING (true) WITH CHECK (true);

-- When a job of all instances ran last: whoever moves the time on is the one to run it.
CREATE TABLE shared_job (
    name   text PRIMARY KEY,
    ran_at timestamptz NOT NULL
);
INSERT INTO shared_job (name, ran_at) VALUES ('forget-ended-windows', 'epoch');
