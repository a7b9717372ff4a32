CREATE TABLE audit_log (
    event_id       uuid PRIMARY KEY,
    type           text        NOT NULL,
    source         text        NOT NULL,
    subject        text        NOT NULL,
    tenant_id      uuid,
    actor_id       uuid,
    correlation_id text,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    data           jsonb       NOT NULL
);

CREATE INDEX audit_log_newest ON audit_log (occurred_at DESC, event_id DESC);
CREATE INDEX audit_log_by_type ON audit_log (type, occurred_at DESC);
CREATE INDEX audit_log_by_tenant ON audit_log (tenant_id, occurred_at DESC);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, occurred_at DESC);
CREATE INDEX audit_log_by_subject ON audit_log (subject, occurred_at DESC);
CREATE INDEX audit_log_by_correlation ON audit_log (correlation_id) WHERE correlation_id IS NOT NULL;

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_log FOR SELECT
    USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON audit_log TO admin_system USING (true) WITH CHECK (true);

-- Rows are added and read, never changed: the roles the service runs as have no right to (requirement NF4.5).
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM admin_app, admin_system;
