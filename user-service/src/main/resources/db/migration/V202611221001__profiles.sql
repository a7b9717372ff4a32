-- The account itself lives in auth-service; what is repeated here follows its events.
CREATE TABLE profile (
  user_id        uuid PRIMARY KEY,
  tenant_id      uuid        NOT NULL REFERENCES tenant ON DELETE CASCADE,
  username       text        NOT NULL,
  email          text        NOT NULL,
  email_verified boolean     NOT NULL,
  tier           text        NOT NULL,
  first_name     text CHECK (length(first_name) <= 100),
  last_name      text CHECK (length(last_name) <= 100),
  nickname       text CHECK (length(nickname) <= 100),
  avatar         text CHECK (length(avatar) <= 2048),
  locale         text CHECK (length(locale) <= 35),
  login_count    bigint      NOT NULL,
  last_login_at  timestamptz,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX profile_email ON profile (lower(email));
CREATE INDEX profile_tenant ON profile (tenant_id);
CREATE INDEX profile_created ON profile (created_at DESC, user_id);

ALTER TABLE profile ENABLE ROW LEVEL SECURITY;
ALTER TABLE profile FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON profile USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON profile TO users_system USING (true);
