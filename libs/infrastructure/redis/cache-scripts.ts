/**
 * Everything that is cached hangs on tokens, one for each thing it is made of. A token reads `<usable from> <name>`, in
 * milliseconds of Redis's own clock: it can be used when it is older than any commit can be under way. `#!lua` has Redis
 * refuse the whole script where it may not write, on a replica above all: what is not marked there could not be believed.
 */
const NOW = `#!lua
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local function token(wait, name) return string.format('%.0f %s', now + wait, name) end
  local function usableFrom(held) return tonumber(string.match(held, '^%d+')) end`;

/**
 * KEYS: the tokens, then the value. ARGV: a new name, the wait, how long a token is kept; both in milliseconds.
 * Answers nothing while a token cannot be used, otherwise what the value must begin with and, if it does, the rest of it.
 */
export const LOOK = `${NOW}
  local tokens, usable = {}, true
  for i = 1, #KEYS - 1 do
    local held = redis.call('GET', KEYS[i])
    if not held then
      held = token(ARGV[2], ARGV[1])
      redis.call('SET', KEYS[i], held, 'PX', ARGV[3])
    end
    usable = usable and usableFrom(held) <= now
    tokens[i] = held
  end
  if not usable then return nil end
  local seen = table.concat(tokens, ',') .. '\\n'
  local value = redis.call('GET', KEYS[#KEYS])
  if value and string.sub(value, 1, #seen) == seen then return { seen, string.sub(value, #seen + 1) } end
  return { seen }`;

/**
 * KEYS: tokens of what changes. ARGV: as above, and whether one is made where nobody has asked yet.
 * Replaces each token, unless it is one that can be used later than the new one could.
 */
export const MARK = `${NOW}
  for _, key in ipairs(KEYS) do
    local held = redis.call('GET', key)
    if held and usableFrom(held) <= now + ARGV[2] or not held and ARGV[4] == 'always' then
      redis.call('SET', key, token(ARGV[2], ARGV[1]), 'PX', ARGV[3])
    end
  end
  return 'OK'`;
