-- A session also ends when nobody has used it for a while: the newest refresh token has expired by then.
ALTER TABLE session ADD COLUMN idle_expires_at timestamptz;
UPDATE session SET idle_expires_at = expires_at;
ALTER TABLE session ALTER COLUMN idle_expires_at SET NOT NULL;
-- SHA-256 of the id (jti) of the newest access token.
ALTER TABLE session ADD COLUMN token_hash bytea;
ALTER TABLE session ADD COLUMN is_active boolean GENERATED ALWAYS AS (ended_at IS NULL) STORED;
DROP INDEX session_expiry;
CREATE INDEX session_open_end ON session (least(expires_at, idle_expires_at)) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;

-- Mixed into the successor of a used token, which is computed from the token itself and so stored nowhere.
ALTER TABLE refresh_token ADD COLUMN successor_salt bytea;
CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);
