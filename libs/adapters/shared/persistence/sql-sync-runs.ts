import { Injectable } from '@nestjs/common';
import type { SharedFact } from '#domain/shared/outgoing';
import { FIRST_ID, SYNCED_KINDS, type SyncPosition, type SyncRun } from '#application/shared/sync/sync-run';
import type { SyncRuns } from '#application/shared/sync/sync-runs';
import type { SyncedThing } from '#application/shared/sync/sync-source';
import { existing } from '#application/shared/existing';
import { Clock, RequestContext } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import { Journal, type Told } from '#adapters/shared/persistence/journal';

const RUN = 'id, status, created_at, created_by, finished_at, totals, published';

@Injectable()
export class SqlSyncRuns implements SyncRuns {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly context: RequestContext,
  ) {}

  async find(tenantId: string, id: string): Promise<SyncRun | null> {
    const [run] = await this.db.query<SyncRun>(`SELECT ${RUN} FROM sync_runs WHERE tenant_id = $1 AND id = $2`, [
      tenantId,
      id,
    ]);
    return run ?? null;
  }

  async running(tenantId: string): Promise<SyncRun | null> {
    await this.db.query(`SELECT pg_advisory_xact_lock(hashtextextended('sync:' || $1, 0))`, [tenantId]);
    const [run] = await this.db.query<SyncRun>(
      `SELECT ${RUN} FROM sync_runs WHERE tenant_id = $1 AND status = 'running'`,
      [tenantId],
    );
    return run ?? null;
  }

  async begin(tenantId: string, id: string, totals: SyncRun['totals']): Promise<SyncRun> {
    const published = Object.fromEntries(SYNCED_KINDS.map((kind) => [kind, 0]));
    const [run] = await this.db.query<SyncRun>(
      `INSERT INTO sync_runs (tenant_id, id, status, created_at, created_by, kind, after_id, totals, published)
       VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, $8)
       RETURNING ${RUN}`,
      [tenantId, id, this.clock.now(), this.context.actor.userId, SYNCED_KINDS[0], FIRST_ID, totals, published],
    );
    const changes = { totals: { old: null, new: totals } };
    const fact: Told<SharedFact> = { type: 'sync.triggered', details: { sync_id: id, totals } };
    await this.journal.write([{ action: fact.type, entityType: 'sync', entityId: id, changes }], [fact]);
    return existing(run ?? null);
  }

  async hold(tenantId: string, id: string): Promise<SyncPosition | null> {
    const [position] = await this.db.query<SyncPosition>(
      `SELECT id, kind, after_id AS "afterId" FROM sync_runs WHERE tenant_id = $1 AND id = $2 AND status = 'running'
       FOR UPDATE SKIP LOCKED`,
      [tenantId, id],
    );
    return position ?? null;
  }

  async publish(
    tenantId: string,
    { id, kind, afterId }: SyncPosition,
    things: readonly SyncedThing[],
    next: SyncPosition['kind'] | null,
  ): Promise<void> {
    await this.journal.write(
      [],
      things.map(({ goalId = null, version, state }): Told<SharedFact> => ({
        type: `${kind}.synced`,
        ...(goalId !== null && { goalId }),
        version,
        details: { sync_id: id, [kind]: state },
      })),
    );
    await this.db.query(
      `UPDATE sync_runs SET kind = coalesce($3, kind), after_id = $4,
         published = jsonb_set(published, ARRAY[$5], to_jsonb((published ->> $5)::integer + $6::integer)),
         status = CASE WHEN $3::text IS NULL THEN 'completed' ELSE 'running' END,
         finished_at = CASE WHEN $3::text IS NULL THEN $7::timestamptz END
       WHERE tenant_id = $1 AND id = $2`,
      [
        ...[tenantId, id, next, next === kind ? (things.at(-1)?.id ?? afterId) : FIRST_ID],
        ...[kind, things.length, this.clock.now()],
      ],
    );
  }
}
