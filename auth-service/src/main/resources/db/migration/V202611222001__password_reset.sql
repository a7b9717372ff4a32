-- SHA-256 of the token in the mail. A request for an address nobody has leaves a row without an account, so that it costs the same.
CREATE TABLE password_reset (
  token_hash bytea PRIMARY KEY,
  account_id uuid REFERENCES account ON DELETE CASCADE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX password_reset_account ON password_reset (account_id, created_at DESC);
CREATE INDEX password_reset_expiry ON password_reset (expires_at);
CREATE INDEX email_verification_expiry ON email_verification (expires_at);

-- What is removed once its time is over is found by when that was.
CREATE INDEX mail_done ON mail (coalesce(sent_at, given_up_at)) WHERE sent_at IS NOT NULL OR given_up_at IS NOT NULL;
