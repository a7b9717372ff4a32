-- Calls that the budgets of users, keys and tenants do not bind. Of the whole installation, so without a tenant.
CREATE TABLE rate_limit_exemption (
    id                uuid PRIMARY KEY,
    name              text        NOT NULL,
    type              text        NOT NULL CHECK (type IN
                          ('critical_operation', 'admin_operation', 'health_check', 'authentication', 'emergency')),
    methods           text[]      NOT NULL,
    paths             text[]      NOT NULL CHECK (cardinality(paths) > 0),
    user_id           uuid,
    per_user_and_hour integer CHECK (per_user_and_hour > 0),
    enabled           boolean     NOT NULL,
    created_by        uuid        NOT NULL,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL
);

-- When the uses of an exemption were last set to nothing: of one user, or of everybody (no user).
CREATE TABLE rate_limit_exemption_reset (
    user_id  uuid UNIQUE NULLS NOT DISTINCT,
    reset_at timestamptz NOT NULL
);
