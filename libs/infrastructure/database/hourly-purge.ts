import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '#application/shared/tools';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEYS_MS = DAY_MS;
const DEAD_LETTERS_MS = 30 * DAY_MS;
const MOST = 1000;

/** Removes, of all tenants, the idempotency keys of more than 24 hours and the dead letters of more than 30 days ago (SPEC 7). */
@Injectable()
export class HourlyPurge implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(HourlyPurge.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const tick = () => {
      this.running = this.purge().catch((failure: unknown) => {
        this.log.warn(`nothing was purged, until the next hour: ${String(failure)}`);
      });
    };
    this.timer = setInterval(tick, HOUR_MS);
    tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async purge(): Promise<void> {
    const before = (ms: number) => new Date(this.clock.now().getTime() - ms);
    await this.source.query('SELECT jobs_purge_idempotency_keys($1)', [before(KEYS_MS)]);
    for (let gone = MOST; gone === MOST;) {
      const rows = await this.source.query<{ gone: number }[]>('SELECT jobs_purge_dead_letters($1, $2) AS gone', [
        before(DEAD_LETTERS_MS),
        MOST,
      ]);
      gone = rows[0]?.gone ?? 0;
    }
  }
}
