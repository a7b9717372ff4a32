-- The body is sealed with SECRET_KEY, because it holds links that act for their reader, and emptied once sent.
CREATE TABLE mail (
  id              uuid PRIMARY KEY,
  recipient       text        NOT NULL,
  subject         text        NOT NULL,
  sealed_body     text        NOT NULL,
  created_at      timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  attempts        int         NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  sent_at         timestamptz,
  given_up_at     timestamptz
);
CREATE INDEX mail_due ON mail (next_attempt_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
