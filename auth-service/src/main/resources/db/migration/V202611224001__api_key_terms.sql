-- What an owner may change later, and which key took the place of which. The defaults are those of requirement X-3.
ALTER TABLE api_key
  ADD COLUMN description         text        NOT NULL DEFAULT '' CHECK (length(description) <= 500),
  ADD COLUMN allowed_networks    text[]      NOT NULL DEFAULT '{}',
  ADD COLUMN limit_minute        int         NOT NULL DEFAULT 1000 CHECK (limit_minute > 0),
  ADD COLUMN limit_hour          int         NOT NULL DEFAULT 50000 CHECK (limit_hour > 0),
  ADD COLUMN limit_day           int         NOT NULL DEFAULT 1000000 CHECK (limit_day > 0),
  ADD COLUMN limit_month         int         CHECK (limit_month > 0),
  ADD COLUMN version             int         NOT NULL DEFAULT 1,
  ADD COLUMN rotated_from_id     uuid        REFERENCES api_key ON DELETE SET NULL,
  ADD COLUMN replaced_by_id      uuid        REFERENCES api_key ON DELETE SET NULL,
  ADD COLUMN rotated_at          timestamptz,
  ADD COLUMN use_announced_at    timestamptz,
  ADD COLUMN expiry_announced_at timestamptz;

CREATE INDEX api_key_expiry ON api_key (expires_at) WHERE revoked_at IS NULL AND expiry_announced_at IS NULL;
