-- A managed entry: a name with targets that are tried in order of their priority (R5.1, R5.2).
CREATE TABLE proxies (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL CONSTRAINT proxies_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
  status text NOT NULL CONSTRAINT proxies_status CHECK (status IN ('RUNNING', 'STOPPED')),
  status_changed_at timestamptz NOT NULL,
  last_activity_at timestamptz,
  revision integer NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT proxies_name_of_user UNIQUE (user_id, name)
);

CREATE INDEX proxies_by_tenant_and_name ON proxies (tenant_id, name);
CREATE INDEX proxies_by_user ON proxies (user_id, created_at DESC, id);

ALTER TABLE proxies ENABLE ROW LEVEL SECURITY;
ALTER TABLE proxies FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON proxies
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON proxies TO proxy_system USING (true);

CREATE TABLE proxy_targets (
  proxy_id uuid NOT NULL REFERENCES proxies (id) ON DELETE CASCADE,
  position integer NOT NULL,
  tenant_id uuid NOT NULL,
  tunnel text,
  url text,
  priority integer NOT NULL,
  PRIMARY KEY (proxy_id, position),
  CONSTRAINT proxy_targets_are_of_one_kind CHECK ((tunnel IS NULL) <> (url IS NULL))
);

ALTER TABLE proxy_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE proxy_targets FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON proxy_targets
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON proxy_targets TO proxy_system USING (true);
