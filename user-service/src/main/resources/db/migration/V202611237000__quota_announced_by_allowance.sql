-- Of each number a window was allowed, how many percent have been said to be used: {"10000": 80}. Gateways may disagree on the
-- number for a while, and none of them repeats what was said. announced_percent is read by no release from this one on.
ALTER TABLE api_rate_limits NO FORCE ROW LEVEL SECURITY;
ALTER TABLE api_rate_limits ADD COLUMN announced jsonb NOT NULL DEFAULT '{}';
UPDATE api_rate_limits SET announced = jsonb_build_object(allowed::text, announced_percent) WHERE announced_percent > 0;
ALTER TABLE api_rate_limits FORCE ROW LEVEL SECURITY;
