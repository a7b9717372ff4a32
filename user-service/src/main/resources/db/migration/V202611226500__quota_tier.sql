-- Under which plan a month was counted. Who changes the plan has another month from then on, or none; without a value the row
-- is from before plans were told.
ALTER TABLE api_rate_limits ADD COLUMN tier text CONSTRAINT api_rate_limits_tier CHECK (char_length(tier) <= 40);
