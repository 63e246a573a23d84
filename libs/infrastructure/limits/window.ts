/** What one call came to. Times in milliseconds. */
export interface Verdict {
  readonly isAllowed: boolean;
  readonly limit: number;
  /** How many more would be let through now. */
  readonly remaining: number;
  /** Until the next call is let through, or, of one that was, until all are forgotten. */
  readonly resetMs: number;
}

/**
 * A sliding window of two fixed ones: of those in the window before, as many count as the sliding one still covers. Two numbers a
 * caller, whatever the limit; a log of times would hold one for each call.
 *
 * KEYS: the counts of this window and of the one before. ARGV: the limit, how much of this window has passed and how long it is,
 * both in milliseconds. Answers whether the call is let through, how many more would be, and after how many milliseconds.
 */
export const SLIDE = `
  local limit, passed, width = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local now, before = tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(redis.call('GET', KEYS[2]) or '0')
  local used = now + before * (1 - passed / width)
  if used + 1 <= limit then
    redis.call('SET', KEYS[1], now + 1, 'PX', 2 * width)
    return {1, math.floor(limit - used - 1), math.ceil(width - passed)}
  end
  local wait
  if now + 1 <= limit then wait = width * (1 - (limit - 1 - now) / before) - passed
  else wait = width - passed + width * (1 - (limit - 1) / now) end
  return {0, 0, math.ceil(math.max(wait, 1))}`;

interface Counts {
  readonly window: number;
  readonly now: number;
  readonly before: number;
}

const MOST = 50_000;

/** The same in this process alone, for as long as Redis is away. */
export class LocalWindows {
  private readonly counts = new Map<string, Counts>();

  take(key: string, limit: number, nowMs: number, width: number): Verdict {
    const [window, passed] = [Math.floor(nowMs / width), nowMs % width];
    const { now, before } = this.countsOf(key, window);
    const used = now + before * (1 - passed / width);
    const isAllowed = used + 1 <= limit;
    if (isAllowed) this.keep(key, { window, now: now + 1, before });
    return {
      isAllowed,
      limit,
      remaining: isAllowed ? Math.floor(limit - used - 1) : 0,
      resetMs: isAllowed ? width - passed : waitOf({ now, before }, limit, passed, width),
    };
  }

  private countsOf(key: string, window: number): Counts {
    const known = this.counts.get(key);
    if (known?.window === window) return known;
    return { window, now: 0, before: known?.window === window - 1 ? known.now : 0 };
  }

  /** Whoever has not been seen for longest is forgotten first. */
  private keep(key: string, counts: Counts): void {
    this.counts.delete(key);
    const [oldest] = this.counts.keys();
    if (this.counts.size >= MOST && oldest !== undefined) this.counts.delete(oldest);
    this.counts.set(key, counts);
  }
}

const waitOf = (
  { now, before }: Pick<Counts, 'now' | 'before'>,
  limit: number,
  passed: number,
  width: number,
): number => {
  const wait =
    now + 1 <= limit
      ? width * (1 - (limit - 1 - now) / before) - passed
      : width - passed + width * (1 - (limit - 1) / now);
  return Math.ceil(Math.max(wait, 1));
};
