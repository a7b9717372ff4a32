-- People and teams of the suite as user-service tells of them, so that a tunnel can be shared by name or mail address.
-- Not a tenant's data: only the system role looks here, for one of them at a time.
CREATE TABLE people (
  user_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  username text NOT NULL,
  email text NOT NULL
);

CREATE INDEX people_by_username ON people (lower(username));
CREATE INDEX people_by_email ON people (lower(email));

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON people TO tunnel_system USING (true);

-- outside_guests: whether tunnels may be shared beyond the tenant. Personal tenants allow it.
CREATE TABLE teams (
  tenant_id uuid PRIMARY KEY,
  name text NOT NULL,
  outside_guests boolean NOT NULL
);

ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE teams FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON teams TO tunnel_system USING (true);
