import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Door } from '#application/shared/door';
import type { PartHealth } from '#application/shared/health';
import { inBatchSpan } from '#adapters/shared/tracing/spans';
import { FactIntake } from '#adapters/notifications/messaging/fact-intake';
import { Config } from '#infrastructure/config/config';
import { HealthParts } from '#infrastructure/observability/health';
import { RedisConnections } from '#infrastructure/redis/connections';
import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import type { Entry } from '#infrastructure/redis/stream-entries';
import { blameOfReading, StreamGroup } from '#infrastructure/redis/stream-group';

export const NOTICE_GROUP = 'notifications';

const COUNT = 500;
const ADOPT_EVERY_MS = 2000;

/**
 * Reads the outgoing events for those whom they concern, as a member of the group `notifications`. An entry is acknowledged
 * after what came of it is committed; one that comes again is told to nobody twice. The relay trims the stream.
 */
@Injectable()
export class NoticeLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(NoticeLoop.name);
  private readonly group: StreamGroup;
  private readonly intake: FactIntake;
  private stopping = false;
  private finished: Promise<void> = Promise.resolve();
  private lastHandled = Date.now();
  private lastAdopted = 0;
  private trouble: Pick<PartHealth, 'state' | 'detail'> | undefined;

  constructor(door: Door, config: Config, connections: RedisConnections, parts: HealthParts) {
    this.intake = new FactIntake(door, (message) => {
      this.log.warn({ event: 'notices.passed_over' }, message);
    });
    this.group = new StreamGroup(
      {
        ...{ stream: OUT_STREAM, group: NOTICE_GROUP, count: COUNT, patienceMs: config.EVENT_PROCESSING_TIMEOUT_MS },
        consumer: `${hostname()}-${String(process.pid)}-${randomUUID().slice(0, 8)}`,
      },
      connections.open.bind(connections),
    );
    parts.tell('notices', () => this.health());
  }

  onApplicationBootstrap(): void {
    this.finished = this.run();
  }

  /** Lets the batch in hand be finished. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.finished;
    await this.group.leave();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.group.join();
        for await (const entries of this.group.ownPending()) await this.handle(entries);
        this.trouble = undefined;
        await this.readOn();
      } catch (failure) {
        await this.waitAfter(failure);
      }
    }
  }

  private async readOn(): Promise<void> {
    while (!this.stopping) {
      await this.handle(await this.group.read('>'));
      if (Date.now() - this.lastAdopted < ADOPT_EVERY_MS) continue;
      this.lastAdopted = Date.now();
      for await (const entries of this.group.abandoned()) await this.handle(entries);
    }
  }

  private async handle(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const traceparents = entries.map(({ traceparent }) => traceparent);
    await inBatchSpan('take facts', traceparents, () => this.intake.take(entries.map(({ event }) => event)));
    await this.group.acknowledge(entries);
    this.lastHandled = Date.now();
  }

  /** The world's fault waits a moment; ours tells everybody, and is tried again every few seconds. Nothing is acknowledged. */
  private async waitAfter(failure: unknown): Promise<void> {
    const { message } = failure as Error;
    const ours = blameOfReading(failure) === 'ours';
    this.trouble = { state: ours ? 'down' : 'degraded', detail: message };
    if (ours) this.log.error(failure);
    else this.log.warn(`waiting: ${message}`);
    await sleep(ours ? 3000 : 250);
  }

  private health(): PartHealth {
    const age_seconds = Math.round((Date.now() - this.lastHandled) / 1000);
    return this.trouble ? { ...this.trouble, age_seconds } : { state: 'ok', age_seconds };
  }
}
