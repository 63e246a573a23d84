import { createHash } from 'node:crypto';
import { ServerRedis, type IncomingEvent, type IncomingRequest, type RedisOptions } from '@nestjs/microservices';
import type { Redis } from 'ioredis';
import { isEventType } from '#domain/workflows/goal-type';
import { readRequest } from '#adapters/workflows/messaging/nest-frame';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';

const SERVED_SECONDS = 60;

type Packet = IncomingEvent | IncomingRequest;
type Publish = (response: unknown) => Promise<unknown>;

/**
 * Nest's Redis transport, with three things mended. An event keeps its own bytes, since the transport would read them as text,
 * whatever they are, and its `JSON.parse` would round amounts and hide duplicate keys. Redis may be away for as long as it
 * likes. And of all workers, which each hear every request, the one that claims it first serves it.
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
      // What was begun waits for Redis however long that is away; to be given up, it would have to be caught in Nest.
      maxRetriesPerRequest: null,
      deserializer: { deserialize: (packet: unknown) => packet as Packet },
    });
  }

  /** Subscribes at once: with Redis away the transport would give up before its first connection. */
  override start(callback?: (failure?: unknown) => void): void {
    const [subscriber, publisher] = [this.subClient, this.pubClient] as [Redis, Redis];
    this.bindEvents(subscriber, publisher);
    void Promise.allSettled([subscriber.connect(), publisher.connect()]);
    callback?.();
  }

  /** To messages as bytes. What waits for a subscription when the process ends is nobody's fault. */
  override bindEvents(subscriber: Redis, publisher: Redis): void {
    subscriber.on('messageBuffer', (channel: Buffer, content: Buffer) => {
      // Nobody waits for it, so that a failure would end the process.
      this.hear(channel.toString(), content, publisher).catch(this.note);
    });
    subscriber.subscribe(...this.messageHandlers.keys()).catch(this.note);
  }

  /** Without a farewell: with Redis away that would wait for its return. */
  override close(): Promise<void> {
    this.isManuallyClosed = true;
    for (const client of [this.subClient, this.pubClient] as (Redis | undefined)[]) client?.disconnect();
    return Promise.resolve();
  }

  /** It is a packet already. */
  override parseMessage(content: unknown): Record<string, unknown> {
    return content as Record<string, unknown>;
  }

  /** A reply that Redis had not taken when the process ended is not waited for either. */
  override getPublisher(...asked: Parameters<ServerRedis['getPublisher']>): Publish {
    const publish = super.getPublisher(...asked) as Publish;
    return (response) => publish(response).catch(this.note);
  }

  private readonly note = (failure: unknown): void => {
    if (!this.isManuallyClosed) this.logger.error(failure);
  };

  /** An event's packet carries the raw message; a request's carries what was sent with it. */
  private async hear(channel: string, content: Buffer, pub: Redis): Promise<void> {
    const handle = (packet: Packet): Promise<unknown> =>
      this.handleMessage(channel, packet as unknown as string, pub, channel) as Promise<unknown>;
    if (isEventType(channel)) {
      await handle({ pattern: channel, data: { ...rawMessage(channel, content), channel } });
      return;
    }
    const request = readRequest(content);
    if (!request) return this.setAside(rawMessage(channel, content));
    if (await this.claims(request.id, pub)) await handle(request);
  }

  private async claims(id: string, pub: Redis): Promise<boolean> {
    return (await pub.set(`goal-service:request:${id}`, '1', 'EX', SERVED_SECONDS, 'NX')) === 'OK';
  }
}

const rawMessage = (channel: string, raw: Buffer): RawMessage => ({
  raw,
  origin: `${channel}/${createHash('sha256').update(raw).digest('hex')}`,
  receivedAt: new Date(),
});
