-- Limits of single operations that administrators lay down while gateways run. Of the whole installation, so without a tenant.
CREATE TABLE rate_limit_rule (
    id             uuid PRIMARY KEY,
    name           text        NOT NULL UNIQUE CHECK (name ~ '^[a-z][a-z0-9-]{0,39}$'),
    methods        text[]      NOT NULL,
    paths          text[]      NOT NULL CHECK (cardinality(paths) > 0),
    counted_by     text        NOT NULL CHECK (counted_by IN ('user', 'tenant', 'address')),
    calls          integer     NOT NULL CHECK (calls > 0),
    within_seconds integer     NOT NULL CHECK (within_seconds > 0),
    created_by     uuid        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
