import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';
import { Clock } from '#application/shared/tools';
import { HealthParts } from '#infrastructure/observability/health';

const STATES = { off: 0, ok: 0, degraded: 1, down: 2 } as const;
const PATIENCE_MS = 1000;

/** What is looked up when somebody looks: the pool of connections, since when outgoing events wait, and how the parts are. */
@Injectable()
export class Gauges {
  constructor(
    private readonly source: DataSource,
    private readonly clock: Clock,
    private readonly parts: HealthParts,
  ) {}

  /** Of the last application made in this process, where a test makes several. */
  register(): void {
    const connections = gauge('goal_db_pool_connections', 'Connections to PostgreSQL, by what they do.', ['state']);
    const waiting = gauge('goal_db_pool_waiting', 'Requests that wait for a connection.');
    const age = gauge(
      'goal_outbox_age_seconds',
      'For how long the oldest outgoing event waits for Redis; NaN: unknown.',
    );
    const parts = gauge('goal_part_state', 'What runs in this process: 0 well, 1 degraded, 2 down.', ['part']);
    collect(parts, () => {
      for (const [part, { state }] of Object.entries(this.parts.all())) parts.set({ part }, STATES[state]);
    });
    collect(connections, () => {
      const { totalCount, idleCount, waitingCount } = this.pool;
      connections.set({ state: 'idle' }, idleCount);
      connections.set({ state: 'busy' }, totalCount - idleCount);
      waiting.set(waitingCount);
    });
    collect(age, async () => {
      age.set(await this.outboxAge().catch(() => NaN));
    });
  }

  private get pool(): Pool {
    return (this.source.driver as unknown as { readonly master: Pool }).master;
  }

  private async outboxAge(): Promise<number> {
    const [row] = await Promise.race([
      this.source.query<{ since: string | null }[]>('SELECT relay_waiting_since() AS since'),
      new Promise<never>((_resolve, reject) => setTimeout(reject, PATIENCE_MS).unref()),
    ]);
    const since = row?.since ?? null;
    return since === null ? 0 : (this.clock.now().getTime() - Date.parse(since)) / 1000;
  }
}

const gauge = (name: string, help: string, labelNames: string[] = []): Gauge => {
  register.removeSingleMetric(name);
  return new Gauge({ name, help, labelNames });
};

/** Has it looked up before it is read. */
const collect = (one: Gauge, look: () => void | Promise<void>): void => {
  Object.assign(one, { collect: look });
};
