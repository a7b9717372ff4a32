-- Tells the calls counted in one slice of a window, lifted to what is known elsewhere if Redis has forgotten some.
-- KEYS[1]  hash of the window
-- ARGV[1]  the slice
-- ARGV[2]  calls known elsewhere
-- ARGV[3]  when the slice counts no longer, Unix milliseconds; an end that is past lifts nothing, it would delete the next slice
-- Answers {calls}.
local counted, known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0), tonumber(ARGV[2])
if counted < known and tonumber(ARGV[3]) > tonumber(redis.call('TIME')[1]) * 1000 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
  counted = known
end
return {counted}
