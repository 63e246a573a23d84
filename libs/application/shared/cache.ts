/** What answers that are kept are made of. A change of anything else makes none of them stale: nobody is told of it. */
const KINDS = ['goal', 'goal_link', 'task', 'workflow', 'workflow_figures'] as const;

type CachedKind = (typeof KINDS)[number];

/** One thing by its id (`workflow:<id>`), or any of the tenant's of that kind (`workflow`). */
export type CachedThing = CachedKind | `${CachedKind}:${string}`;

export const isCachedKind = (kind: string): kind is CachedKind => (KINDS as readonly string[]).includes(kind);

/** What may be kept of one tenant, and what it is made of. */
export interface CacheEntry {
  /** The kind of answer, a short word that metrics show too: `workflow_statistics`. */
  readonly kind: string;
  /** Which of its kind. */
  readonly key: string;
  /** What it is made of, as those who change it name it. */
  readonly reads: readonly CachedThing[];
  /** How long it may be kept; 0: not at all. */
  readonly seconds: number;
}

/**
 * Keeps answers that cost much. Never older than the last change that was answered, whatever the cache's server has lost or
 * forgotten (SPEC 7, *Cache*). What changes with the clock alone is computed from what is kept, and not kept itself.
 */
export abstract class Cache {
  /** What is kept, or what `load` answers. That must be plain JSON; `null` (there is no such thing) is not kept. */
  abstract read<T>(tenantId: string, entry: CacheEntry, load: () => Promise<T | null>): Promise<T | null>;
}
