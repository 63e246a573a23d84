/**
 * Everything that is cached hangs on names, one for each thing it is made of, in a hash beside the writers whose commit of a
 * change of that thing may be under way: `writer:<id>` until when, in milliseconds of Redis's own clock. `#!lua` has Redis
 * refuse the whole script where it may not write, on a replica above all: what is not marked there could not be believed.
 */
const NOW = `#!lua
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local function after(ms) return string.format('%.0f', now + ms) end`;

/**
 * KEYS: since when the tenant's marks are all here, the things, the value. ARGV: a new name, the longest commit, how long a
 * name is kept; both in milliseconds. Answers nothing while a change may be under way, or one may have been marked in what
 * this server has forgotten; otherwise what the value must begin with and, if it does, the rest of it.
 */
export const LOOK = `${NOW}
  local since = redis.call('GETEX', KEYS[1], 'PX', ARGV[3])
  if not since then
    since = after(ARGV[2])
    redis.call('SET', KEYS[1], since, 'PX', ARGV[3])
  end
  if tonumber(since) > now then return nil end
  local names = {}
  for i = 2, #KEYS - 1 do
    local held = redis.call('HGETALL', KEYS[i])
    for j = 1, #held, 2 do
      if held[j] == 'name' then
        names[i - 1] = held[j + 1]
      elseif tonumber(held[j + 1]) > now then
        return nil
      else
        redis.call('HDEL', KEYS[i], held[j])
      end
    end
    if not names[i - 1] then
      names[i - 1] = ARGV[1]
      redis.call('HSET', KEYS[i], 'name', ARGV[1])
      redis.call('PEXPIRE', KEYS[i], ARGV[3])
    end
  end
  local seen = table.concat(names, ',') .. '\\n'
  local value = redis.call('GET', KEYS[#KEYS])
  if value and string.sub(value, 1, #seen) == seen then return { seen, string.sub(value, #seen + 1) } end
  return { seen }`;

/**
 * KEYS: things that change. ARGV: the writer, and how long its commit may still take; 0: it is done. What was kept under the
 * names of before is not found any more, and of a thing that nobody reads nothing is left when its change is done.
 */
export const MARK = `${NOW}
  for _, key in ipairs(KEYS) do
    redis.call('HDEL', key, 'name')
    if ARGV[2] == '0' then
      redis.call('HDEL', key, 'writer:' .. ARGV[1])
    else
      redis.call('HSET', key, 'writer:' .. ARGV[1], after(ARGV[2]))
      if redis.call('PTTL', key) < tonumber(ARGV[2]) then redis.call('PEXPIRE', key, ARGV[2]) end
    end
  end
  return 'OK'`;
