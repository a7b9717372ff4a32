-- What happened to accounts and sessions, one row an event. Rows outlive the account, so nothing refers to it.
CREATE TABLE audit_record (
  id             uuid PRIMARY KEY,
  occurred_at    timestamptz NOT NULL,
  tenant_id      uuid,
  account_id     uuid,
  actor_id       uuid,
  session_id     uuid,
  type           text NOT NULL,
  severity       text NOT NULL,
  result         text NOT NULL,
  attempted_name text,
  client_address text,
  user_agent     text,
  correlation_id text
);
CREATE INDEX audit_record_account ON audit_record (account_id, occurred_at DESC);
CREATE INDEX audit_record_time ON audit_record (occurred_at DESC);
CREATE INDEX audit_record_failed ON audit_record (occurred_at DESC) WHERE type = 'failed_login';
CREATE INDEX audit_record_debug ON audit_record (occurred_at) WHERE severity = 'debug';

ALTER TABLE audit_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_record FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_record USING (tenant_id = nullif(current_setting('culvert.tenant_id', true), '')::uuid);
CREATE POLICY system ON audit_record TO auth_system USING (true);

-- Nobody changes a record; the system role deletes those whose time is over.
REVOKE UPDATE ON audit_record FROM auth_app, auth_system;
REVOKE DELETE ON audit_record FROM auth_app;
