-- How and when somebody proved who they are. Sessions from before began with a password.
ALTER TABLE session
  ADD COLUMN proven_at timestamptz,
  ADD COLUMN methods   text[] NOT NULL DEFAULT '{pwd}';
UPDATE session SET proven_at = created_at;
ALTER TABLE session ALTER COLUMN proven_at SET NOT NULL;
