import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import { Door } from '#application/shared/door';
import type { PartHealth } from '#application/shared/health';
import { Clock } from '#application/shared/tools';
import { RenewListeners } from '#application/workflows/commands/renew-listeners';
import type { WorkflowName } from '#application/workflows/ports/listener-registry';
import { RedisListenerRegistry } from '#adapters/workflows/messaging/redis-listener-registry';
import { Config } from '#infrastructure/config/config';
import { HealthParts } from '#infrastructure/observability/health';

const active = new Gauge({
  name: 'goal_listeners_active',
  help: 'Active goals of active workflows, as of the last sweep of this process.',
});

const PAGE = 500;
const NIL = '00000000-0000-0000-0000-000000000000';
const RETRY_MS = 5000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface ListenersRow {
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly goals: readonly unknown[];
}

/**
 * Makes the whole registry of listeners agree with the database: as soon as Redis can be reached, every
 * LISTENER_CLEANUP_INTERVAL_SECONDS, and whenever Redis is back. Any number of workers may sweep at once: each says no more
 * than what holds (SPEC 4.6).
 */
@Injectable()
export class ListenerSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ListenerSweep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWantedAgain = false;
  private isStopped = false;
  private lastDone: Date | undefined;
  private failure: string | undefined;

  constructor(
    private readonly source: DataSource,
    private readonly door: Door,
    private readonly registry: RedisListenerRegistry,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly parts: HealthParts,
  ) {}

  onApplicationBootstrap(): void {
    this.parts.tell('listeners', () => this.health());
    // Not before: what fails because Redis is still being connected to is no failure.
    this.registry.onReachable(() => {
      this.want();
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Sweeps now; one that is under way already is followed by another, because it may have passed what changed. */
  private want(): void {
    if (this.isStopped) return;
    this.isWantedAgain = true;
    this.running ??= this.work().finally(() => (this.running = undefined));
  }

  private async work(): Promise<void> {
    clearTimeout(this.timer);
    while (this.isWantedAgain && !this.isStopped) {
      this.isWantedAgain = false;
      this.failure = await this.sweep().then(
        () => undefined,
        (failure: unknown) => String(failure),
      );
    }
    if (this.failure === undefined) this.lastDone = this.clock.now();
    else this.log.warn({ event: 'listeners.sweep_failed' }, this.failure);
    this.schedule();
  }

  private schedule(): void {
    const interval = Math.min(this.config.LISTENER_CLEANUP_INTERVAL_SECONDS * 1000, LONGEST_TIMER_MS);
    const wait = this.failure === undefined ? interval : Math.min(interval, RETRY_MS);
    if (!this.isStopped) this.timer = setTimeout(() => this.want(), wait).unref();
  }

  /** First what should be there, then what is there and should not. */
  private async sweep(): Promise<void> {
    let [tenant, workflow, listeners] = [NIL, NIL, 0];
    for (let size = PAGE; size === PAGE && !this.isStopped;) {
      const rows = await this.source.query<ListenersRow[]>(
        'SELECT tenant_id, workflow_id, goals FROM jobs_listeners($1, $2, $3)',
        [tenant, workflow, PAGE],
      );
      await this.renew(rows.map(({ tenant_id, workflow_id }) => ({ tenantId: tenant_id, workflowId: workflow_id })));
      listeners += rows.reduce((sum, { goals }) => sum + goals.length, 0);
      size = rows.length;
      ({ tenant_id: tenant, workflow_id: workflow } = rows.at(-1) ?? { tenant_id: NIL, workflow_id: NIL });
    }
    for await (const workflows of this.registry.registered()) await this.renew(workflows);
    active.set(listeners);
  }

  private async renew(workflows: readonly WorkflowName[]): Promise<void> {
    if (workflows.length === 0 || this.isStopped) return;
    const tenants = [...new Set(workflows.map(({ tenantId }) => tenantId))];
    const renewed = await this.door.send(new RenewListeners(Actor.system(tenants, 'workflow_goal:read'), workflows));
    if (!renewed.ok) throw new Error(renewed.error.message);
  }

  private health(): PartHealth {
    const age = this.lastDone && Math.round((this.clock.now().getTime() - this.lastDone.getTime()) / 1000);
    const told = { age_seconds: age ?? null };
    if (this.failure !== undefined) return { ...told, state: 'degraded', detail: this.failure };
    return this.lastDone ? { ...told, state: 'ok' } : { ...told, state: 'degraded', detail: 'not swept yet' };
  }
}
