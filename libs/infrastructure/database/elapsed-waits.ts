import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { Clock } from '#application/shared/tools';
import { CompleteElapsedWaits } from '#application/workflows/commands/complete-elapsed-waits';

const PAUSE_MS = 1000;
const MOST = 500;

/**
 * Completes enrollments whose last step is a wait that is over: nobody claims a wait, so nobody else would (SPEC 4.4). Looks
 * once a second; any number of workers may, for who comes second finds them ended.
 */
@Injectable()
export class ElapsedWaits implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ElapsedWaits.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly door: Door,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const isMore = await this.completeSome().catch((failure: unknown) => this.report(failure));
      if (!isMore) await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Answers whether there may be more to do at once. */
  private async completeSome(): Promise<boolean> {
    const rows = await this.source.query<{ tenant_id: string; enrollment_id: string }[]>(
      'SELECT tenant_id, enrollment_id FROM jobs_elapsed_waits($1, $2)',
      [this.clock.now(), MOST],
    );
    let completed = 0;
    for (const tenantId of new Set(rows.map(({ tenant_id }) => tenant_id))) {
      const ids = rows.filter(({ tenant_id }) => tenant_id === tenantId).map(({ enrollment_id }) => enrollment_id);
      completed += await this.complete(tenantId, ids).catch((failure: unknown) => Number(this.report(failure)));
    }
    return rows.length === MOST && completed > 0;
  }

  private async complete(tenantId: string, ids: readonly string[]): Promise<number> {
    const completed = await this.door.send(
      new CompleteElapsedWaits(Actor.system([tenantId], 'enrollment:update'), ids),
    );
    if (!completed.ok) throw new Error(completed.error.message);
    return completed.value;
  }

  private report(failure: unknown): false {
    this.log.warn({ event: 'elapsed_waits.failed' }, String(failure));
    return false;
  }
}
