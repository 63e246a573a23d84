import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Counter, register } from 'prom-client';
import { Clock } from '#application/shared/tools';
import type { PartHealth } from '#application/shared/health';
import { Config } from '#infrastructure/config/config';
import { CrashPoints } from '#infrastructure/context/crash-points';
import { OutboxSource } from '#infrastructure/database/outbox-source';
import { HealthParts } from '#infrastructure/observability/health';
import { ForeignEntry, OutStream } from '#infrastructure/redis/out-stream';

/**
 * How long an empty outbox is left alone. Asking again costs one look at an empty partial index; a NOTIFY in every change's
 * transaction would cost all of them one lock that PostgreSQL takes for the whole database at each commit.
 */
const IDLE_MS = 50;
const STAND_BY_MS = 500;
const RETRY_MS = 500;
const STOPPED_MS = 5000;
const CHECK_MS = 1000;
const UPKEEP_MS = 600_000;
const DAY_MS = 86_400_000;

const counter = (name: string, help: string): Counter =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help });
const messagesSent = counter('goal_service_outbox_sent_total', 'Outgoing events handed to Redis for the first time.');
const sentAgain = counter(
  'goal_service_outbox_sent_again_total',
  'Outgoing events that Redis had lost, handed to it again.',
);

/**
 * Brings what changes have written into the outbox to the stream and the channel: each once in the stream, in the order of
 * the outbox, and the last days of them again after Redis lost them (RELIABILITY, *Out: outbox and relay*). Of all workers one
 * relays; the others stand by for its lock.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(OutboxRelay.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private upToDateAt: Date | null = null;
  private trouble: Pick<PartHealth, 'state' | 'detail'> | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly points: CrashPoints,
    parts: HealthParts,
  ) {
    parts.tell('relay', () => this.health());
  }

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  /** Ends after the batch in hand. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.takePart();
      } catch (failure) {
        this.report(failure);
        await this.pause(failure instanceof ForeignEntry ? STOPPED_MS : RETRY_MS);
      }
    }
  }

  /** From connecting to the first failure of either side; nothing is carried over to the next time. */
  private async takePart(): Promise<void> {
    const source = await OutboxSource.connect(this.config.DATABASE_URL);
    try {
      while (!this.stopped && !(await source.lock())) {
        this.well();
        await this.pause(STAND_BY_MS);
      }
      if (this.stopped) return;
      const stream = await OutStream.connect(this.config.REDIS_URL);
      try {
        await this.relay(source, stream);
      } finally {
        stream.close();
      }
    } finally {
      source.close();
    }
  }

  private async relay(source: OutboxSource, stream: OutStream): Promise<void> {
    await this.sendLost(source, stream);
    let [nextUpkeep, nextCheck, sent] = [0, 0, 0];
    while (!this.stopped) {
      const last = await this.forward(source, stream, sent);
      this.well();
      if (last !== undefined) {
        sent = last;
        continue;
      }
      const now = performance.now();
      if (now >= nextCheck) {
        await stream.check();
        nextCheck = now + CHECK_MS;
      }
      if (now >= nextUpkeep) {
        await this.upkeep(source, stream);
        nextUpkeep = now + UPKEEP_MS;
      }
      await this.pause(IDLE_MS);
    }
  }

  /**
   * Sends one batch, and answers the number of its last message. That it is sent is noted when the next one is asked for; after
   * a crash before that the next relay finds it in the stream.
   */
  private async forward(source: OutboxSource, stream: OutStream, sent: number): Promise<number | undefined> {
    const batch = await source.next(sent);
    if (batch.length > 0) this.points.reach('messages-numbered');
    await stream.add(batch, 'tell');
    if (batch.length > 0) this.points.reach('messages-sent');
    messagesSent.inc(batch.length);
    return batch.at(-1)?.seq;
  }

  /** Marked as sent, and yet behind the end of the stream: Redis has lost it. The channel promises nothing and is not told again. */
  private async sendLost(source: OutboxSource, stream: OutStream): Promise<void> {
    for (;;) {
      const lost = await source.lost(stream.lastSeq, this.oldest());
      if (lost.length === 0) return;
      this.log.warn(`Redis has lost outgoing events; sending ${String(lost.length)} again`);
      await stream.add(lost, 'silent');
      sentAgain.inc(lost.length);
    }
  }

  /** The stream first: what it keeps is known from the rows alone. */
  private async upkeep(source: OutboxSource, stream: OutStream): Promise<void> {
    const oldest = this.oldest();
    const keptFrom = await source.keptFrom(oldest);
    if (keptFrom !== null) await stream.trimBelow(keptFrom);
    await source.purge(oldest);
  }

  private oldest(): Date {
    return new Date(this.clock.now().getTime() - this.config.OUTBOX_RETENTION_DAYS * DAY_MS);
  }

  private pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private well(): void {
    this.upToDateAt = this.clock.now();
    this.trouble = null;
  }

  private report(failure: unknown): void {
    const detail = failure instanceof Error ? failure.message : String(failure);
    const isFinal = failure instanceof ForeignEntry;
    if (this.trouble?.detail !== detail) this.log[isFinal ? 'error' : 'warn'](`outgoing events wait: ${detail}`);
    this.trouble = { state: isFinal ? 'down' : 'degraded', detail };
  }

  private health(): PartHealth {
    const age = this.upToDateAt && (this.clock.now().getTime() - this.upToDateAt.getTime()) / 1000;
    return { state: 'ok', ...this.trouble, age_seconds: age };
  }
}
