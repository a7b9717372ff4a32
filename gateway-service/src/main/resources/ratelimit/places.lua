-- Says how many places in flight this instance uses now.
-- KEYS[1]  hash: instance -> places in use, and instance:at -> when it was last heard of
-- ARGV[1]  this instance
-- ARGV[2]  places it uses
-- ARGV[3]  after so many milliseconds without a word its places are free
local time = redis.call('TIME')
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1], ARGV[1] .. ':at')
else
  local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2], ARGV[1] .. ':at', now)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return {1}
