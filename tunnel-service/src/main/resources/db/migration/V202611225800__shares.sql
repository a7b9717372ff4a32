-- Who may use a tunnel beside its owner (R4.8, P2.10): `private` nobody without a share, `shared` everybody of the owner's
-- tenant too, `public` anybody.
ALTER TABLE tunnels
  ADD COLUMN visibility text NOT NULL DEFAULT 'private'
    CONSTRAINT tunnels_visibility CHECK (visibility IN ('private', 'shared', 'public')),
  ADD COLUMN allowed_networks text[] NOT NULL DEFAULT '{}',
  -- R4.3: whether answers may be compressed on their way to callers.
  ADD COLUMN compression boolean NOT NULL DEFAULT true;

-- A tunnel shared with one person or with one team, which is a tenant. One share for each of them.
CREATE TABLE shares (
  id uuid PRIMARY KEY,
  tunnel_id uuid NOT NULL REFERENCES tunnels (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  grantee_user_id uuid,
  grantee_tenant_id uuid,
  grantee_name text NOT NULL,
  home_tenant_id uuid NOT NULL,
  role text NOT NULL CONSTRAINT shares_role CHECK (role IN ('viewer', 'editor', 'admin')),
  created_by uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  CONSTRAINT shares_one_grantee CHECK (num_nonnulls(grantee_user_id, grantee_tenant_id) = 1),
  CONSTRAINT shares_one_per_person UNIQUE (tunnel_id, grantee_user_id),
  CONSTRAINT shares_one_per_team UNIQUE (tunnel_id, grantee_tenant_id)
);

CREATE INDEX shares_by_person ON shares (grantee_user_id);
CREATE INDEX shares_by_team ON shares (grantee_tenant_id);

ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON shares
  USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON shares TO tunnel_system USING (true);
-- The person or team it is for reads it, wherever they belong; only the owner's tenant writes.
CREATE POLICY grantee ON shares FOR SELECT USING (
  grantee_user_id = nullif(current_setting('culvert.user_id', true), '')::uuid
  OR grantee_tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);

-- With a share goes the sight of the tunnel's row, and of nothing else in the foreign tenant.
CREATE POLICY grantee ON tunnels FOR SELECT USING (EXISTS (
  SELECT FROM shares s
  WHERE s.tunnel_id = tunnels.id
    AND (s.expires_at IS NULL OR s.expires_at > now())
    AND (s.grantee_user_id = nullif(current_setting('culvert.user_id', true), '')::uuid
      OR s.grantee_tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid)));
