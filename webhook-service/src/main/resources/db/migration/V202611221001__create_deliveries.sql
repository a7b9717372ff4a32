-- One row per event that at least one endpoint wanted. The body is text because the signature covers its bytes: jsonb
-- would reorder members, and then each try would carry other bytes.
CREATE TABLE message (
    id          uuid PRIMARY KEY,
    tenant_id   uuid        NOT NULL,
    type        text        NOT NULL,
    body        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    created_at  timestamptz NOT NULL
);

CREATE TABLE delivery (
    id              uuid PRIMARY KEY,
    tenant_id       uuid        NOT NULL,
    endpoint_id     uuid        NOT NULL REFERENCES endpoint ON DELETE CASCADE,
    message_id      uuid        NOT NULL REFERENCES message ON DELETE CASCADE,
    retry_policy    text        NOT NULL CHECK (retry_policy IN ('STANDARD', 'EXTENDED')),
    status          text        NOT NULL CHECK (status IN ('PENDING', 'RETRYING', 'DELIVERED', 'FAILED')),
    attempts        integer     NOT NULL DEFAULT 0,
    max_attempts    integer     NOT NULL,
    last_status     integer,
    last_error      text,
    next_attempt_at timestamptz,
    created_at      timestamptz NOT NULL,
    delivered_at    timestamptz,
    UNIQUE (endpoint_id, message_id),
    CHECK ((status = 'DELIVERED') = (delivered_at IS NOT NULL)),
    CHECK ((status IN ('PENDING', 'RETRYING')) = (next_attempt_at IS NOT NULL))
);

CREATE INDEX delivery_newest ON delivery (endpoint_id, created_at DESC, id DESC);
CREATE INDEX delivery_by_message ON delivery (message_id);

CREATE TABLE attempt (
    delivery_id      uuid        NOT NULL REFERENCES delivery ON DELETE CASCADE,
    number           integer     NOT NULL,
    tenant_id        uuid        NOT NULL,
    started_at       timestamptz NOT NULL,
    duration_ms      bigint      NOT NULL,
    status_code      integer,
    error            text,
    response_excerpt text        NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

-- What is still to be sent: small and hot, apart from the history. A worker that takes a row moves due_at to the end of
-- its lease, so a row whose worker was killed falls due again by itself.
CREATE TABLE due_delivery (
    delivery_id uuid PRIMARY KEY REFERENCES delivery ON DELETE CASCADE,
    endpoint_id uuid        NOT NULL,
    tenant_id   uuid        NOT NULL,
    due_at      timestamptz NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX due_delivery_next ON due_delivery (due_at);
CREATE INDEX due_delivery_next_of_endpoint ON due_delivery (endpoint_id, due_at);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['message', 'delivery', 'attempt', 'due_delivery'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY tenant ON %I USING '
            || '(tenant_id = nullif(current_setting(''culvert.tenant_id'', true), '''')::uuid)', t);
        EXECUTE format('CREATE POLICY system ON %I TO webhook_system USING (true)', t);
    END LOOP;
END
$$;
