import { Logger } from '@nestjs/common';
import type { ChainableCommander, Redis } from 'ioredis';
import { Counter } from 'prom-client';
import { EVENT_TYPE_OF, type EventType, type GoalType } from '#domain/workflows/goal-type';
import type { Clock } from '#application/shared/tools';
import type { ListenerRegistry, Registration, WorkflowName } from '#application/workflows/ports/listener-registry';
import type { Database } from '#adapters/shared/persistence/database';
import { entryOf, KEY_PATTERN, keyOf, nameOf, readEntry } from '#adapters/workflows/messaging/listener-entry';

const registrations = new Counter({
  name: 'goal_listener_registrations_total',
  help: 'Listeners registered in and removed from the registry, and attempts that failed.',
  labelNames: ['outcome'],
});
for (const outcome of ['registered', 'removed', 'failed']) registrations.inc({ outcome }, 0);

interface DueRow {
  readonly tenant_id: string;
  readonly workflow_id: string;
  readonly goals: readonly { readonly goal_id: string; readonly goal_type: GoalType }[];
}

type Due = ReadonlyMap<string, ReadonlyMap<string, EventType>>;

const SCANNED_AT_ONCE = 500;
const MOST_ROUNDS = 3;

/**
 * One key for each workflow with listeners, which expires unless it is renewed. Whoever writes reads the truth again
 * afterwards, until both agree: so of two that write at once, the last one to write has seen what holds (SPEC 4.6).
 */
export class RedisListenerRegistry implements ListenerRegistry {
  private readonly log = new Logger(RedisListenerRegistry.name);

  /** `redis` answers soon or fails: a request waits for it. `lifeMs`: how long a listener stands unless renewed. */
  constructor(
    private readonly db: Database,
    private readonly redis: Redis,
    private readonly clock: Clock,
    private readonly lifeMs: number,
  ) {}

  refresh(tenantId: string, workflowId: string): void {
    this.db.afterCommit(() =>
      this.renew([{ tenantId, workflowId }]).catch((failure: unknown) => {
        this.log.warn({ event: 'listeners.delayed', tenant_id: tenantId, workflow_id: workflowId }, String(failure));
      }),
    );
  }

  async renew(workflows: readonly WorkflowName[]): Promise<void> {
    if (workflows.length === 0) return;
    try {
      let isWritten = true;
      // Whoever changes it time and again registers it in turn.
      for (let round = 1; isWritten && round <= MOST_ROUNDS; round += 1) isWritten = await this.write(workflows);
      await run(workflows.reduce((chain, name) => chain.pexpire(keyOf(name), this.lifeMs), this.redis.pipeline()));
    } catch (failure) {
      registrations.inc({ outcome: 'failed' });
      throw failure;
    }
  }

  async ofWorkflow(tenantId: string, workflowId: string): Promise<ReadonlyMap<string, Registration>> {
    const key = keyOf({ tenantId, workflowId });
    const [text, expiry] = await run(this.redis.pipeline().get(key).pexpiretime(key)).catch(() => []);
    const expiresAt = new Date(Number(expiry));
    return new Map(
      [...readEntry(text)].map(([goalId, { registered_at }]) => [
        goalId,
        { registeredAt: new Date(registered_at), expiresAt },
      ]),
    );
  }

  /** Calls back as soon as the registry can be reached, and whenever it can be again. */
  onReachable(then: () => void): void {
    this.redis.on('ready', then);
    if (this.redis.status === 'ready') then();
  }

  /** Every workflow that stands in the registry, some hundred at a time. */
  async *registered(): AsyncGenerator<readonly WorkflowName[]> {
    let cursor = '0';
    do {
      const [next, keys] = await this.redis.scan(cursor, 'MATCH', KEY_PATTERN, 'COUNT', SCANNED_AT_ONCE);
      cursor = next;
      yield keys.flatMap((key) => nameOf(key) ?? []);
    } while (cursor !== '0');
  }

  /** Writes what differs from the truth. Answers whether anything did. */
  private async write(workflows: readonly WorkflowName[]): Promise<boolean> {
    const due = await this.due(workflows);
    const keys = workflows.map(keyOf);
    const stored = await this.redis.mget(keys);
    const [writes, now] = [this.redis.pipeline(), this.clock.now()];
    const counts = { registered: 0, removed: 0 };
    keys.forEach((key, n) => {
      const { text, registered, removed } = entryOf(
        readEntry(stored[n]),
        due.get(key) ?? new Map<string, EventType>(),
        now,
      );
      counts.registered += registered;
      counts.removed += removed;
      if (registered + removed === 0) return;
      if (text === null) writes.del(key);
      else writes.set(key, text, 'PX', this.lifeMs);
    });
    if (writes.length === 0) return false;
    await run(writes);
    for (const [outcome, count] of Object.entries(counts)) registrations.inc({ outcome }, count);
    return true;
  }

  /** The listeners that should be there, by key and goal. */
  private async due(workflows: readonly WorkflowName[]): Promise<Due> {
    const rows = await this.db.query<DueRow>(
      `SELECT w.tenant_id, w.id AS workflow_id,
         json_agg(json_build_object('goal_id', g.id, 'goal_type', g.goal_type) ORDER BY g.id) AS goals
       FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant_id, workflow_id)
       JOIN workflows w ON w.tenant_id = asked.tenant_id AND w.id = asked.workflow_id
         AND w.status = 'active' AND w.deleted_at IS NULL
       JOIN workflow_goals g ON g.tenant_id = w.tenant_id AND g.workflow_id = w.id AND g.is_active AND g.deleted_at IS NULL
       GROUP BY w.tenant_id, w.id`,
      [workflows.map(({ tenantId }) => tenantId), workflows.map(({ workflowId }) => workflowId)],
    );
    return new Map(
      rows.map(({ tenant_id, workflow_id, goals }) => [
        keyOf({ tenantId: tenant_id, workflowId: workflow_id }),
        new Map(goals.map(({ goal_id, goal_type }) => [goal_id, EVENT_TYPE_OF[goal_type]])),
      ]),
    );
  }
}

/** Runs a pipeline; throws the first failure of any of its commands. */
const run = async (pipeline: ChainableCommander): Promise<unknown[]> => {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([failure, value]) => {
    if (failure) throw failure;
    return value;
  });
};
