-- When what the inspector keeps of a tunnel was last to be forgotten: every replica keeps requests of its own, and each forgets
-- them once for every new time it reads here.
ALTER TABLE inspectors ADD COLUMN cleared_at timestamptz;
