-- Asks several sliding windows at once and counts the call only if every one of them has a place: a refusal costs nothing.
-- KEYS[i]       hash of window i: slice number -> calls
-- ARGV[1]       slices of a window
-- ARGV[2i]      milliseconds of one slice of window i
-- ARGV[2i + 1]  limit of window i
-- Answers {1 if allowed, index of the tightest window, its places left, when places return, now}; times in Unix milliseconds.
local slices = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local allowed, tightest, remaining, reset = true, 0, 0, 0
local current = {}

for i = 1, #KEYS do
  local slice, limit = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  current[i] = math.floor(now / slice)
  local used, oldest = 0, current[i]
  local counts = redis.call('HGETALL', KEYS[i])
  for field = 1, #counts, 2 do
    local number = tonumber(counts[field])
    if number < current[i] - slices then
      redis.call('HDEL', KEYS[i], counts[field])
    else
      used = used + tonumber(counts[field + 1])
      if number < oldest then oldest = number end
    end
  end
  local returns = (oldest + 1 + slices) * slice
  local refuses = used >= limit
  local left = math.max(limit - used - 1, 0)
  local tighter
  if tightest == 0 then
    tighter = true
  elseif refuses == allowed then -- one of the two refuses: this window exactly if no earlier one did
    tighter = refuses
  elseif refuses then
    tighter = returns > reset
  else
    tighter = left < remaining
  end
  if tighter then tightest, remaining, reset = i, left, returns end
  if refuses then allowed = false end
end

if allowed then
  for i = 1, #KEYS do
    redis.call('HINCRBY', KEYS[i], current[i], 1)
    redis.call('PEXPIRE', KEYS[i], (slices + 1) * tonumber(ARGV[2 * i]))
  end
end
return {allowed and 1 or 0, tightest, remaining, reset, now}
