CREATE TABLE endpoint (
    id                    uuid PRIMARY KEY,
    tenant_id             uuid        NOT NULL,
    user_id               uuid        NOT NULL,
    url                   text        NOT NULL CHECK (length(url) <= 2048),
    events                text[]      NOT NULL CHECK (cardinality(events) > 0),
    description           text        NOT NULL,
    retry_policy          text        NOT NULL CHECK (retry_policy IN ('STANDARD', 'EXTENDED')),
    status                text        NOT NULL CHECK (status IN ('ACTIVE', 'PAUSED', 'DISABLED')),
    -- Sealed under SECRET_KEY with the endpoint's id as context: signing needs the secret itself, so it is not hashed.
    secret                text        NOT NULL,
    previous_secret       text,
    previous_secret_until timestamptz,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    version               bigint      NOT NULL,
    CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
);

CREATE INDEX endpoint_by_tenant ON endpoint (tenant_id, created_at DESC);

ALTER TABLE endpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE endpoint FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON endpoint
    USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON endpoint TO webhook_system USING (true);
