-- How much of its quota a window has been said to have used, in percent: each step is told once.
ALTER TABLE api_rate_limits ADD COLUMN announced_percent smallint NOT NULL DEFAULT 0;
