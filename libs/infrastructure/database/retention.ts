import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PartHealth } from '#application/shared/health';
import { Clock } from '#application/shared/tools';
import { Config } from '#infrastructure/config/config';
import { HealthParts } from '#infrastructure/observability/health';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEAD_LETTERS_MS = 30 * DAY_MS;
/** A session or an invitation that is over is kept for as long as somebody may ask what became of it. */
const CREDENTIALS_MS = 30 * DAY_MS;
/** A mail that was sent or given up, or a sync that is over: for as long as somebody may look into it. */
const DONE_MS = 30 * DAY_MS;
const MOST = 500;
const PAUSE_MS = 50;

/**
 * Removes, of all tenants, what is older than it is kept (SPEC 7): every hour, a few hundred rows a transaction and with a pause
 * after each, so that it never has much in its hands. Any number of workers may do it at once.
 */
@Injectable()
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Retention.name);
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private lastDone: Date | undefined;
  private failures: readonly string[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly parts: HealthParts,
  ) {}

  onApplicationBootstrap(): void {
    this.parts.tell('retention', () => this.health());
    const tick = () => {
      this.running = this.purge();
    };
    this.timer = setInterval(tick, HOUR_MS);
    tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /**
   * What hangs under something goes before it: tasks before goals, enrollments before workflows and their goals. One kind that
   * fails keeps none of the others: it is tried again in the next hour, and health names it until then.
   */
  async purge(): Promise<void> {
    const failures: string[] = [];
    for (const [what, ms] of Object.entries(this.ages())) {
      await this.purgeAll(what, this.before(ms)).catch((failure: unknown) => {
        this.log.error({ event: 'retention.failed', what }, `until the next hour: ${String(failure)}`);
        failures.push(`${what}: ${String(failure)}`);
      });
    }
    this.failures = failures;
    if (failures.length === 0 && !this.stopping.signal.aborted) this.lastDone = this.clock.now();
  }

  private ages(): Readonly<Record<string, number>> {
    const deletedMs = this.config.RETENTION_DELETED_DAYS * DAY_MS;
    const endedMs = this.config.RETENTION_ENDED_DAYS * DAY_MS;
    return {
      idempotency_keys: DAY_MS,
      dead_letters: DEAD_LETTERS_MS,
      sessions: CREDENTIALS_MS,
      invitations: CREDENTIALS_MS,
      notification_deliveries: DONE_MS,
      sync_runs: DONE_MS,
      notifications: endedMs,
      tasks: deletedMs,
      goals: deletedMs,
      enrollments: endedMs,
      workflow_goals: deletedMs,
      workflows: deletedMs,
    };
  }

  /** Until a round removes nothing: of a tree each round takes the leaves. */
  private async purgeAll(what: string, before: Date): Promise<void> {
    const { signal } = this.stopping;
    let [all, gone] = [0, 1];
    while (gone > 0 && !signal.aborted) {
      const rows = await this.source.query<{ gone: number }[]>(`SELECT jobs_purge_${what}($1, $2) AS gone`, [
        before,
        MOST,
      ]);
      gone = rows[0]?.gone ?? 0;
      all += gone;
      if (gone > 0) await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
    if (all > 0) this.log.log({ event: 'retention.purged', what, rows: all }, `${String(all)} ${what} removed`);
  }

  private health(): PartHealth {
    const age_seconds = this.lastDone ? (this.clock.now().getTime() - this.lastDone.getTime()) / 1000 : null;
    return this.failures.length === 0
      ? { state: 'ok', age_seconds }
      : { state: 'degraded', age_seconds, detail: this.failures.join('; ') };
  }

  private before(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }
}
