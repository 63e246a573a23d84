import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import { dayToTell } from '#domain/notifications/day';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { SendDailyNotices } from '#application/notifications/commands/send-daily-notices';

const SCHEDULE = 'daily_notices';
const LOOK_EVERY_MS = 60_000;
const DEAD_AFTER_MS = 10 * LOOK_EVERY_MS;
const PAGE = 500;
const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Tells people every day from 06:00 UTC on what it brings. However many workers there are, one does it: who claims the day by
 * an insert first. A claim that is not finished after ten minutes is taken over; what was told by then is not told again. A
 * worker that comes back late makes up for its own day, and for none before (DECISIONS).
 */
@Injectable()
export class DailyNotices implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(DailyNotices.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;
  private isBusy = false;

  constructor(
    private readonly source: DataSource,
    private readonly door: Door,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const tick = () => {
      if (this.isBusy) return;
      this.isBusy = true;
      this.running = this.look()
        .catch((failure: unknown) => {
          this.log.error({ event: 'daily_notices.failed' }, String(failure));
        })
        .finally(() => (this.isBusy = false));
    };
    this.timer = setInterval(tick, LOOK_EVERY_MS);
    tick();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Does the work of this day when it is time and nobody has begun it. Rejects when some of it could not be done. */
  async look(): Promise<void> {
    const now = this.clock.now();
    const day = dayToTell(now);
    if (day === null || !(await this.claim(day, now))) return;
    const failures: unknown[] = [];
    for (let behind: string | undefined = NIL; behind !== undefined && !this.isStopped;) {
      const tenants = await this.tenantsBehind(behind);
      for (const tenant of tenants) await this.tell(tenant, day).catch((failure: unknown) => failures.push(failure));
      behind = tenants.length === PAGE ? tenants.at(-1) : undefined;
    }
    // Unfinished, the claim runs out and the day is done again, by whoever is there then.
    if (failures.length > 0) throw new Error(`${String(failures.length)} tenants: ${String(failures[0])}`);
    if (!this.isStopped)
      await this.source.query('SELECT jobs_finish_run($1, $2, $3)', [SCHEDULE, day, this.clock.now()]);
  }

  private async claim(day: string, now: Date): Promise<boolean> {
    const deadBefore = new Date(now.getTime() - DEAD_AFTER_MS);
    const rows = await this.source.query<{ claimed: boolean }[]>('SELECT jobs_claim_run($1, $2, $3, $4) AS claimed', [
      ...[SCHEDULE, day, now, deadBefore],
    ]);
    return rows[0]?.claimed === true;
  }

  private async tenantsBehind(behind: string): Promise<string[]> {
    const rows = await this.source.query<{ id: string }[]>('SELECT jobs_tenants($1, $2) AS id', [behind, PAGE]);
    return rows.map(({ id }) => id);
  }

  private async tell(tenantId: string, day: string): Promise<void> {
    if (this.isStopped) return;
    const told = await this.door.send(new SendDailyNotices(Actor.system([tenantId], 'goal:read', 'task:read'), day));
    if (!told.ok) throw new Error(told.error.message);
  }
}
