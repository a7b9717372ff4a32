-- Asks every window of a call at once and counts the call only if each of them has a place: a refusal costs nothing.
-- All keys are in one slot of a Redis Cluster. The time is Redis' own, so that clocks of instances do not matter.
-- KEYS[i]       hash of window i: slice number -> calls, what is known of a caller who does not wait, and the turn of the
--               last call that waits;
--               of a token bucket a string: when it will be full again, in microseconds;
--               of places in flight: instance -> places in use, and instance:at -> when it was last heard of
-- ARGV[1]       longest wait of those who go on calling while refused, in milliseconds; 0 for no such waits
-- ARGV[2]       after so many milliseconds of patience one offence is forgiven
-- ARGV[3]       this instance
-- ARGV[4]       places in flight it uses, with this call
-- ARGV[5]       how many more calls of this kind the instance would like to pay for in advance
-- ARGV[6..]     of each window: slices (-1: token bucket, -2: places in flight), milliseconds of a slice (0: a month of the
--               calendar; of places: after so long an instance is not heard of, its places are free), limit, 1 if the
--               impatient wait longer, from how many calls on the next ones wait for their turn (0: none do)
-- Answers {1 if allowed, index of the tightest window, its places left, when places return, now, milliseconds until the turn
--          of the call, how many more calls are paid for, until when those are good}; times in Unix milliseconds.
local longest, forgiven = tonumber(ARGV[1]), tonumber(ARGV[2])
local FIRST, TERMS, GRACE, MOST_OFFENCES = 6, 5, 1000, 16
-- Of what is left, one instance gets this part in advance, and for so many milliseconds.
local PART, LONGEST_LEASE = 128, 1000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function text(number) return string.format('%.0f', number) end

-- The civil calendar: number of the month, counted from the year 0, that holds a day counted from 1970.
local function month_of(day)
  local z = day + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  return (yoe + era * 400) * 12 + math.floor((5 * doy + 2) / 153) + 2
end

-- The first day of a month, counted from 1970.
local function first_day(month)
  local shifted = month - 2 -- years that begin in March have the leap day at their end
  local year = math.floor(shifted / 12)
  local era = math.floor(year / 400)
  local yoe = year - era * 400
  local doe = yoe * 365 + math.floor(yoe / 4) - math.floor(yoe / 100) + math.floor((153 * (shifted - year * 12) + 2) / 5)
  return era * 146097 + doe - 719468
end

local function slice_of(millis, length)
  if length > 0 then return math.floor(millis / length) end
  return month_of(math.floor(millis / 86400000))
end

local function start_of(slice, length)
  if length > 0 then return slice * length end
  return first_day(slice) * 86400000
end

-- What a token bucket has left, when the next call comes back, and how to count a call.
local function bucket(key, length, limit)
  local interval = length * 1000 / limit
  local micros = time[1] * 1000000 + time[2]
  local full = math.max(tonumber(redis.call('GET', key) or 0), micros)
  local left = math.floor((length * 1000 - (full - micros)) / interval + 1e-6)
  local missing = full - micros
  local next_call = left < 1 and missing - length * 1000 + interval or missing % interval
  local function commit()
    local state = full + interval
    redis.call('SET', key, text(state), 'PX', math.ceil((state - micros) / 1000) + 1000)
    return 0
  end
  -- Nothing in advance: it would come on top of what flows in meanwhile.
  return {left = left, returns = now + math.ceil(next_call / 1000), commit = commit, spare = 0}
end

-- Places in flight, those of other instances and of this one together.
local function places(key, lease, limit)
  local used, fields = tonumber(ARGV[4]), redis.call('HGETALL', key)
  local heard = {}
  for field = 1, #fields, 2 do
    local instance = string.match(fields[field], '^(.*):at$')
    if instance then heard[instance] = tonumber(fields[field + 1]) end
  end
  for field = 1, #fields, 2 do
    local instance = fields[field]
    local at = heard[instance]
    if at and now - at > lease then
      redis.call('HDEL', key, instance, instance .. ':at')
    elseif at and instance ~= ARGV[3] then
      used = used + tonumber(fields[field + 1])
    end
  end
  local function commit()
    redis.call('HSET', key, ARGV[3], ARGV[4], ARGV[3] .. ':at', text(now))
    redis.call('PEXPIRE', key, lease)
    return 0
  end
  local left = limit - used + 1
  -- Told to nobody unless it refuses.
  return {left = left, returns = now + 1000, commit = commit, silent = true, spare = left * 2 > limit and math.huge or 0}
end

-- The same of a window of slices.
local function window(key, slices, length, limit, patient, paced_from)
  local current = slice_of(now, length)
  local used, seen, known = 0, {}, {}
  local counts = redis.call('HGETALL', key)
  for field = 1, #counts, 2 do
    local slice, value = tonumber(counts[field]), tonumber(counts[field + 1])
    if not slice then
      known[counts[field]] = value
    elseif slice < current - slices then
      redis.call('HDEL', key, counts[field])
    else
      used = used + value
      seen[#seen + 1] = {slice, value}
    end
  end
  table.sort(seen, function(one, other) return one[1] < other[1] end)
  local left, oldest, short = limit - used, current, used - limit
  for _, one in ipairs(seen) do
    oldest, short = one[1], short - one[2]
    if left > 0 or short < 0 then break end
  end
  local returns = start_of(oldest + slices + 1, length)
  local told, count = known['until'] or 0, known['offences'] or 0
  local waiting = count > 0 and told > now
  if waiting then left = math.min(left, 0) end
  local function commit(calls)
    if redis.call('HINCRBY', key, current, calls) == calls then
      local keep = math.max(start_of(current + slices + 1, length), told + forgiven * count)
      redis.call('PEXPIREAT', key, text(keep))
    end
    if paced_from == 0 or used < paced_from then return 0 end
    local turn = math.max(now, known['turn'] or 0) + math.floor(length * slices / limit)
    redis.call('HSET', key, 'turn', text(turn))
    return turn - now
  end
  -- Those who were told to wait and did not, wait twice as long each time; who waits is forgiven step by step.
  local function refuse()
    if not patient or longest == 0 then return returns end
    if told <= now then
      count = math.max(0, count - math.floor((now - told) / forgiven))
    elseif now - known['at'] < GRACE then
      return math.max(returns, told)
    else
      count = math.min(count + 1, MOST_OFFENCES)
    end
    local first = count > 0 and known['first'] or math.max(returns - now, 1)
    local ends = returns
    if count > 0 then ends = math.max(returns, told, now + math.min(longest, first * 2 ^ count)) end
    redis.call('HSET', key, 'offences', count, 'at', text(now), 'first', text(first), 'until', text(ends))
    redis.call('PEXPIREAT', key, text(math.max(start_of(current + slices + 1, length), ends + forgiven * count)))
    return ends
  end
  -- Far from the border alone, and good no longer than the slice they are counted in: so they pass when they are counted.
  local border = paced_from > 0 and paced_from or limit
  return {
    left = left, returns = waiting and math.max(returns, told) or returns, commit = commit, refuse = refuse,
    spare = count > 0 and 0 or math.floor((border - used - 1) / PART), ends = start_of(current + 1, length)
  }
end

local asked, refused, advance, ends = {}, false, tonumber(ARGV[5]), now + LONGEST_LEASE
for i = 1, #KEYS do
  local at = FIRST + TERMS * (i - 1)
  local slices, length, limit = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local one
  if slices == -2 then
    one = places(KEYS[i], length, limit)
  elseif slices == -1 then
    one = bucket(KEYS[i], length, limit)
  else
    one = window(KEYS[i], slices, length, limit, ARGV[at + 3] == '1', tonumber(ARGV[at + 4]))
    ends = math.min(ends, one.ends)
  end
  refused = refused or one.left < 1
  advance = math.max(0, math.min(advance, one.spare))
  asked[i] = one
end

local tightest, turn = nil, 0
for i, one in ipairs(asked) do
  if refused then
    if one.left < 1 then
      if one.refuse then one.returns = one.refuse() end
      if not tightest or one.returns > asked[tightest].returns then tightest = i end
    end
  else
    turn = math.max(turn, one.commit(1 + advance))
    one.left = one.left - 1 - advance
    if not one.silent and (not tightest or one.left < asked[tightest].left) then tightest = i end
  end
end
local told = asked[tightest]
return {refused and 0 or 1, tightest, math.max(told.left, 0), told.returns, now, turn, refused and 0 or advance, ends}
