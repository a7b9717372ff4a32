-- Takes back calls that were counted in advance and did not come.
-- KEYS[i]    hash of window i
-- ARGV[1]    how many
-- ARGV[1+i]  the slice of window i they were counted in
-- Answers {in how many windows they were still counted}.
local unused, found = tonumber(ARGV[1]), 0
for i = 1, #KEYS do
  local counted = tonumber(redis.call('HGET', KEYS[i], ARGV[1 + i]) or 0)
  if counted >= unused then -- else the window has passed, or Redis has forgotten it
    redis.call('HINCRBY', KEYS[i], ARGV[1 + i], -unused)
    found = found + 1
  end
end
return {found}
