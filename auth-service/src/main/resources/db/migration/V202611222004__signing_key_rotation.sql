-- A key is next (published, does not sign yet), active (signs) or retired (its tokens are still good): all three are published.
ALTER TABLE signing_key ADD COLUMN activated_at timestamptz;
ALTER TABLE signing_key ADD COLUMN retired_at timestamptz;
UPDATE signing_key SET activated_at = created_at WHERE active;
-- Two instances that rotate at once both make the next key; the index lets only one of them in.
CREATE UNIQUE INDEX signing_key_next ON signing_key ((true)) WHERE NOT active AND retired_at IS NULL;
