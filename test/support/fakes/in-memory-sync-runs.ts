import {
  FIRST_ID,
  SYNCED_KINDS,
  type SyncedKind,
  type SyncPosition,
  type SyncRun,
} from '#application/shared/sync/sync-run';
import type { SyncRuns } from '#application/shared/sync/sync-runs';
import type { SyncedThing, SyncSource, SyncSources } from '#application/shared/sync/sync-source';

type Kept = SyncRun & SyncPosition & { readonly tenantId: string };

/** Runs of all tenants, and what they have told. */
export class InMemorySyncRuns implements SyncRuns {
  readonly told: { readonly kind: SyncedKind; readonly id: string }[] = [];
  /** Held by somebody else. */
  readonly held = new Set<string>();
  private runs: Kept[] = [];

  find(tenantId: string, id: string): Promise<SyncRun | null> {
    return Promise.resolve(this.runs.find((run) => run.tenantId === tenantId && run.id === id) ?? null);
  }

  running(tenantId: string): Promise<SyncRun | null> {
    return Promise.resolve(this.runs.find((run) => run.tenantId === tenantId && run.status === 'running') ?? null);
  }

  begin(tenantId: string, id: string, totals: SyncRun['totals']): Promise<SyncRun> {
    const run: Kept = {
      ...{ tenantId, id, totals, status: 'running', kind: 'goal', afterId: FIRST_ID },
      ...{ created_at: '2026-11-26T00:00:00.000Z', created_by: null, finished_at: null },
      published: { goal: 0, task: 0, workflow: 0 },
    };
    this.runs.push(run);
    return Promise.resolve(run);
  }

  async hold(tenantId: string, id: string): Promise<SyncPosition | null> {
    const run = await this.running(tenantId);
    return run?.id === id && !this.held.has(id) ? (run as Kept) : null;
  }

  publish(
    tenantId: string,
    { id, kind, afterId }: SyncPosition,
    things: readonly SyncedThing[],
    next: SyncedKind | null,
  ): Promise<void> {
    this.told.push(...things.map(({ id: told }) => ({ kind, id: told })));
    this.runs = this.runs.map((run) =>
      run.tenantId !== tenantId || run.id !== id
        ? run
        : {
            ...run,
            kind: next ?? kind,
            afterId: next === kind ? (things.at(-1)?.id ?? afterId) : FIRST_ID,
            published: { ...run.published, [kind]: run.published[kind] + things.length },
            ...(next === null && { status: 'completed', finished_at: '2026-11-26T00:01:00.000Z' }),
          },
    );
    return Promise.resolve();
  }
}

/** So many things of each kind, whoever asks. */
export class InMemorySyncSources implements SyncSources {
  constructor(readonly counts: Record<SyncedKind, number>) {}

  of(kind: SyncedKind): SyncSource {
    const ids = Array.from({ length: this.counts[kind] }, (_, n) => {
      const number = String(n + 1 + 1000 * SYNCED_KINDS.indexOf(kind));
      return `00000000-0000-0000-0000-${number.padStart(12, '0')}`;
    });
    return {
      kind,
      count: () => Promise.resolve(ids.length),
      after: (_, afterId, most) =>
        Promise.resolve(
          ids
            .filter((id) => id > afterId)
            .slice(0, most)
            .map((id) => ({ id, version: 1, state: { id } })),
        ),
    };
  }
}
