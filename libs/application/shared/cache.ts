/** What may be kept of one tenant, and what it is made of. */
export interface CacheEntry {
  /** The kind of answer, a short word that metrics show too: `workflow_statistics`. */
  readonly kind: string;
  /** Which of its kind. */
  readonly key: string;
  /** What it is made of, as those who change it name it: `workflow:<id>`, or `workflow` for any of the tenant's. */
  readonly reads: readonly string[];
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
