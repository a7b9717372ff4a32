-- No row means the defaults, so nothing has to be written before somebody chooses otherwise.
CREATE TABLE preferences (
  user_id       uuid PRIMARY KEY,
  tenant_id     uuid        NOT NULL,
  theme         text        NOT NULL CHECK (theme IN ('light', 'dark')),
  language      text        NOT NULL CHECK (length(language) <= 10),
  notifications boolean     NOT NULL,
  updated_at    timestamptz NOT NULL
);

ALTER TABLE preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON preferences USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON preferences TO users_system USING (true);
