-- A session also ends when nobody has used it for a while: the newest refresh token has expired by then. Null, as in rows
-- that instances of the last release write, means no such limit; least() ignores it.
ALTER TABLE session ADD COLUMN idle_expires_at timestamptz;
-- SHA-256 of the id (jti) of the newest access token.
ALTER TABLE session ADD COLUMN token_hash bytea;
ALTER TABLE session ADD COLUMN is_active boolean GENERATED ALWAYS AS (ended_at IS NULL) STORED;
DROP INDEX session_expiry;
CREATE INDEX session_open_end ON session (least(expires_at, idle_expires_at)) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;

-- Mixed into the successor of a used token, which is computed from the token itself and so stored nowhere.
ALTER TABLE refresh_token ADD COLUMN successor_salt bytea;
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);
