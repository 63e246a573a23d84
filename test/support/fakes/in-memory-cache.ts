import type { Cache, CacheEntry } from '#application/shared/cache';

/** Keeps everything, as JSON, until it is told of a change. */
export class InMemoryCache implements Cache {
  private readonly kept = new Map<string, { readonly json: string; readonly reads: readonly string[] }>();

  async read<T>(tenantId: string, { kind, key, reads, seconds }: CacheEntry, load: () => Promise<T | null>) {
    const name = `${tenantId} ${kind} ${key}`;
    const found = this.kept.get(name);
    if (found) return JSON.parse(found.json) as T;
    const value = await load();
    if (value !== null && seconds > 0) {
      this.kept.set(name, { json: JSON.stringify(value), reads: reads.map((thing) => `${tenantId} ${thing}`) });
    }
    return value;
  }

  changed(tenantId: string, things: readonly string[]): void {
    for (const [name, { reads }] of this.kept) {
      if (things.some((thing) => reads.includes(`${tenantId} ${thing}`))) this.kept.delete(name);
    }
  }
}
