-- How and when somebody proved who they are. Sessions from before began with a password, and so do those that instances of
-- the last release write.
ALTER TABLE session
  ADD COLUMN proven_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN methods   text[] NOT NULL DEFAULT '{pwd}';
UPDATE session SET proven_at = created_at;
