import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import { PublishSyncBatch } from '#application/shared/sync/publish-sync-batch';

const PAUSE_MS = 1000;
const RUNS_AT_ONCE = 100;
const BATCH = 500;

interface Running {
  readonly tenant_id: string;
  readonly id: string;
}

/**
 * Carries on the runs that publish the present state of tenants, a batch of each in turn: where one stands is written with what
 * it tells, so whoever comes next goes on there (SPEC 7; the tasks issue's *sync*). Any number of workers may.
 */
@Injectable()
export class SyncPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(SyncPublisher.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly door: Door,
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
      const published = await this.publishSome().catch((failure: unknown) => this.report(failure));
      if (!published) await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Answers whether anything was published: then there may be more to do at once. */
  private async publishSome(): Promise<boolean> {
    const runs = await this.source.query<Running[]>('SELECT tenant_id, id FROM jobs_running_syncs($1)', [RUNS_AT_ONCE]);
    let published = false;
    for (const run of runs) {
      if (this.stopping.signal.aborted) return false;
      if (await this.publish(run).catch((failure: unknown) => this.report(failure))) published = true;
    }
    return published;
  }

  private async publish({ tenant_id: tenantId, id }: Running): Promise<boolean> {
    const actor = Actor.system([tenantId], 'sync:trigger');
    const published = await this.door.send(new PublishSyncBatch(actor, id, BATCH));
    if (!published.ok) throw new Error(published.error.message);
    return published.value;
  }

  private report(failure: unknown): false {
    this.log.warn({ event: 'sync.failed' }, String(failure));
    return false;
  }
}
