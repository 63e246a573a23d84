import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '#application/shared/tools';
import { Config } from '#infrastructure/config/config';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEAD_LETTERS_MS = 30 * DAY_MS;
/** A session or an invitation that is over is kept for as long as somebody may ask what became of it. */
const CREDENTIALS_MS = 30 * DAY_MS;
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

  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const tick = () => {
      this.running = this.purge().catch((failure: unknown) => {
        this.log.warn({ event: 'retention.failed' }, `until the next hour: ${String(failure)}`);
      });
    };
    this.timer = setInterval(tick, HOUR_MS);
    tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** What hangs under something goes before it: tasks before goals, enrollments before workflows and their goals. */
  async purge(): Promise<void> {
    const { RETENTION_DELETED_DAYS, RETENTION_ENDED_DAYS } = this.config;
    await this.source.query('SELECT jobs_purge_idempotency_keys($1)', [this.before(DAY_MS)]);
    const deletedMs = RETENTION_DELETED_DAYS * DAY_MS;
    const ages = {
      dead_letters: DEAD_LETTERS_MS,
      sessions: CREDENTIALS_MS,
      invitations: CREDENTIALS_MS,
      tasks: deletedMs,
      goals: deletedMs,
      enrollments: RETENTION_ENDED_DAYS * DAY_MS,
      workflow_goals: deletedMs,
      workflows: deletedMs,
    };
    for (const [what, ms] of Object.entries(ages)) await this.purgeAll(what, this.before(ms));
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

  private before(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }
}
