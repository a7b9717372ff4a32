-- Accounts are found by name before their tenant is known, so sign-in runs in the system scope; everything later is tenant-bound.
CREATE TABLE account (
  id                uuid PRIMARY KEY,
  tenant_id         uuid        NOT NULL,
  username          text        NOT NULL CHECK (length(username) BETWEEN 3 AND 50),
  email             text        NOT NULL CHECK (length(email) <= 255),
  password_hash     text        NOT NULL,
  tier              text        NOT NULL,
  roles             text[]      NOT NULL CHECK (cardinality(roles) > 0),
  email_verified_at timestamptz,
  created_at        timestamptz NOT NULL
);
CREATE UNIQUE INDEX account_username ON account (lower(username));
CREATE UNIQUE INDEX account_email ON account (lower(email));
CREATE INDEX account_tenant ON account (tenant_id);

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON account TO auth_system USING (true);

-- SHA-256 of the token in the mail; a used row stays until it expires, so that a second click can be told from a wrong link.
CREATE TABLE email_verification (
  token_hash bytea PRIMARY KEY,
  account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
  email      text        NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX email_verification_account ON email_verification (account_id);

-- One row once the first administrator exists; it decides which of several instances creates that account.
CREATE TABLE installation (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  created_at timestamptz NOT NULL
);
