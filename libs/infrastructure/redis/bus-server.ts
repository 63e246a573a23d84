import { createHash } from 'node:crypto';
import { ServerRedis, type IncomingEvent, type IncomingRequest, type RedisOptions } from '@nestjs/microservices';
import type { Redis } from 'ioredis';
import { isEventType } from '#domain/workflows/goal-type';
import { ONE_DOCUMENT } from '#adapters/shared/json/json-scan';
import { readJson } from '#adapters/shared/json/strict-json';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';

const SERVED_SECONDS = 60;
const FRAME = { ...ONE_DOCUMENT, depth: ONE_DOCUMENT.depth + 1 };

/**
 * Nest's Redis transport, with three things mended. A message keeps its own bytes, since the transport's `JSON.parse` would
 * round amounts and hide duplicate keys. It is taken for Nest-framed only when it has a `pattern`, since our envelope has
 * `data` too. And of all workers, which each hear every request, the one that claims it first serves it.
 */
export class BusServer extends ServerRedis {
  constructor(
    options: RedisOptions['options'] & object,
    /** What to do with a message on a channel of requests that nobody could answer. */
    private readonly setAside: (message: RawMessage) => Promise<void>,
  ) {
    super({
      ...options,
      // Without attempts the transport never connects again.
      retryAttempts: Number.MAX_SAFE_INTEGER,
      retryDelay: 500,
      deserializer: { deserialize: unframe },
    });
  }

  /** Subscribes at once: with Redis away the transport would give up before its first connection. */
  override start(callback?: (failure?: unknown) => void): void {
    const [subscriber, publisher] = [this.subClient, this.pubClient] as [Redis, Redis];
    this.bindEvents(subscriber, publisher);
    void Promise.allSettled([subscriber.connect(), publisher.connect()]);
    callback?.();
  }

  /** Without a farewell: with Redis away that would wait for its return. */
  override close(): Promise<void> {
    this.isManuallyClosed = true;
    for (const client of [this.subClient, this.pubClient] as (Redis | undefined)[]) client?.disconnect();
    return Promise.resolve();
  }

  /** Left to the deserializer, which is handed the text. */
  override parseMessage(content: string): Record<string, unknown> {
    return content as unknown as Record<string, unknown>;
  }

  override async handleMessage(channel: string, content: string, pub: Redis, pattern: string): Promise<void> {
    const { id } = unframe(content, { channel }) as { id?: unknown };
    if (!isEventType(channel) && typeof id !== 'string') {
      await this.setAside(rawMessage(channel, Buffer.from(content))).catch((failure: unknown) => {
        this.logger.error(failure);
      });
      return;
    }
    if (typeof id === 'string' && !(await this.claims(id, pub))) return;
    await super.handleMessage(channel, content, pub, pattern);
  }

  private async claims(id: string, pub: Redis): Promise<boolean> {
    return (await pub.set(`goal-service:request:${id}`, '1', 'EX', SERVED_SECONDS, 'NX')) === 'OK';
  }
}

/** An event's packet carries the raw message; a request's carries what was sent with it. */
const unframe = (content: unknown, { channel }: { channel: string }): IncomingEvent | IncomingRequest => {
  const text = String(content);
  const frame = framed(text);
  if (!isEventType(channel)) return frame ?? { pattern: channel, data: undefined };
  const raw = Buffer.from(frame ? JSON.stringify(frame.data) : text);
  return { pattern: channel, data: { ...rawMessage(channel, raw), channel } };
};

const rawMessage = (channel: string, raw: Buffer): RawMessage => ({
  raw,
  origin: `${channel}/${createHash('sha256').update(raw).digest('hex')}`,
  receivedAt: new Date(),
});

/** Read with every digit of its numbers; what cannot be read so is no frame, and its event will be refused as it stands. */
const framed = (text: string): IncomingRequest | undefined => {
  if (!text.includes('"pattern"')) return undefined;
  const read = readJson(text, FRAME);
  const value = read.ok ? (read.value as Partial<IncomingRequest> | null) : null;
  return typeof value === 'object' && value && 'pattern' in value && 'data' in value
    ? (value as IncomingRequest)
    : undefined;
};
