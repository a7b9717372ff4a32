-- Counts wrong passwords by what was tried: an account, or a name nobody has (kept as a digest).
CREATE TABLE sign_in_guard (
  subject         text PRIMARY KEY,
  failures        int         NOT NULL,
  first_failed_at timestamptz,
  checking        int         NOT NULL,
  checking_until  timestamptz NOT NULL,
  locked_until    timestamptz
);
CREATE INDEX sign_in_guard_idle ON sign_in_guard (checking_until);

CREATE TABLE sign_in_attempt (
  id             uuid PRIMARY KEY,
  attempted_name text        NOT NULL,
  account_id     uuid REFERENCES account ON DELETE SET NULL,
  result         text        NOT NULL,
  client_address text        NOT NULL,
  user_agent     text        NOT NULL,
  attempted_at   timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_account ON sign_in_attempt (account_id, attempted_at DESC);
CREATE INDEX sign_in_attempt_time ON sign_in_attempt (attempted_at);
