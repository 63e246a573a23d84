import { Redis } from 'ioredis';
import type { OutgoingMessage } from '#infrastructure/database/outbox-source';

export const OUT_STREAM = 'goal-service:events:out';
export const OUT_CHANNEL = 'goal_events';

/** The stream holds another message where ours should stand. Nobody but a person can know what to do. */
export class ForeignEntry extends Error {
  constructor(seq: number) {
    super(
      `the stream ${OUT_STREAM} does not hold our message under ${String(seq)}-0, and takes nothing there any more`,
    );
  }
}

/**
 * Adds entries as long as the stream ends where this relay left it, and stops at the first that is refused: one that was
 * left out could never be added behind its successor. The channel hears of an entry in the same step, so of each at most once. It is no key: it
 * need not lie with the stream, and who may write the one need not be allowed the other.
 */
const ADD = `
  local last = '0-0'
  if redis.call('EXISTS', KEYS[1]) == 1 then
    local info = redis.call('XINFO', 'STREAM', KEYS[1])
    for i = 1, #info, 2 do if info[i] == 'last-generated-id' then last = info[i + 1] end end
  end
  if last ~= ARGV[1] then return redis.error_reply('MOVED_ON the stream ends at ' .. last .. ', not at ' .. ARGV[1]) end
  for i = 3, #ARGV, 3 do
    local trace = ARGV[i + 2] == '' and {} or { 'traceparent', ARGV[i + 2] }
    redis.call('XADD', KEYS[1], ARGV[i], 'event', ARGV[i + 1], unpack(trace))
    if ARGV[2] == 'tell' then redis.call('PUBLISH', '${OUT_CHANNEL}', ARGV[i + 1]) end
  end
  return 'OK'`;

/**
 * The stream of outgoing events over a connection of the relay's own, which never reconnects by itself: after any error
 * nobody knows what Redis has, and the relay begins again by looking.
 */
export class OutStream {
  private constructor(
    private readonly redis: Redis,
    private end: string,
  ) {}

  static async connect(url: string): Promise<OutStream> {
    const redis = new Redis(url, {
      connectionName: 'goal-service:relay',
      lazyConnect: true,
      connectTimeout: 5000,
      commandTimeout: 5000,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
    });
    // Commands fail with "Connection is closed"; why it is, is told here alone.
    const why: { error?: Error } = {};
    redis.on('error', (error) => {
      why.error = error;
    });
    try {
      await redis.connect();
      return new OutStream(redis, await endOf(redis));
    } catch (failure) {
      redis.disconnect();
      throw why.error ?? failure;
    }
  }

  /** The number of the last entry ever added; 0 when there is no stream. */
  get lastSeq(): number {
    return Math.min(Number(this.end.split('-')[0]), Number.MAX_SAFE_INTEGER);
  }

  /** Adds what stands behind the end; the rest must stand in the stream already, with the same message. */
  async add(messages: readonly OutgoingMessage[], channel: 'tell' | 'silent'): Promise<void> {
    const { lastSeq } = this;
    await this.expect(messages.filter(({ seq }) => seq <= lastSeq));
    const fresh = messages.filter(({ seq }) => seq > lastSeq);
    const last = fresh.at(-1);
    if (!last) return;
    const entries = fresh.flatMap(({ seq, json, traceparent }) => [idOf(seq), json, traceparent ?? '']);
    await this.redis.eval(ADD, 1, OUT_STREAM, this.end, channel, ...entries);
    this.end = idOf(last.seq);
  }

  /** Throws when the stream does not end where this relay left it: Redis has lost something, or somebody else writes. */
  async check(): Promise<void> {
    const end = await endOf(this.redis);
    if (end !== this.end) throw new Error(`the stream ${OUT_STREAM} ends at ${end}, not at ${this.end}`);
  }

  async trimBelow(seq: number): Promise<void> {
    await this.redis.xtrim(OUT_STREAM, 'MINID', idOf(seq));
  }

  close(): void {
    this.redis.disconnect();
  }

  /** What XADD would refuse as "equal or smaller" counts as sent only when the very message is read back. */
  private async expect(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const reads = messages.map(({ seq }) => this.redis.xrange(OUT_STREAM, idOf(seq), idOf(seq)));
    const found = await Promise.all(reads);
    messages.forEach(({ seq, id }, n) => {
      const [, fields] = found[n]?.[0] ?? [];
      if (fields?.[0] !== 'event' || messageId(fields[1]) !== id) throw new ForeignEntry(seq);
    });
  }
}

const idOf = (seq: number): string => `${String(seq)}-0`;

const endOf = async (redis: Redis): Promise<string> => {
  if ((await redis.exists(OUT_STREAM)) === 0) return '0-0';
  const info = (await redis.xinfo('STREAM', OUT_STREAM)) as unknown[];
  return String(info[info.indexOf('last-generated-id') + 1]);
};

const messageId = (json = ''): unknown => {
  try {
    return (JSON.parse(json) as { id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
};
