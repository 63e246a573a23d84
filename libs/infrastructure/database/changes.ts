/** Read by every cached answer of a tenant: stands for more changed things than are worth naming. */
export const ANYTHING = '*';

const MOST = 1000;

/** What a unit of work has changed, by tenant, in the names of `Database.changed`. */
export class Changes {
  private readonly things = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.things.size === 0;
  }

  get tenantIds(): string[] {
    return [...this.things.keys()];
  }

  add(tenantId: string, things: readonly string[]): void {
    const known = this.things.get(tenantId) ?? new Set<string>();
    this.things.set(tenantId, known);
    if (known.has(ANYTHING)) return;
    for (const thing of things) known.add(thing);
    if (known.size <= MOST) return;
    known.clear();
    known.add(ANYTHING);
  }

  /** They were rolled back. */
  clear(): void {
    this.things.clear();
  }

  /** Each thing with its tenant. */
  all(): { tenantId: string; thing: string }[] {
    return [...this.things].flatMap(([tenantId, things]) => [...things].map((thing) => ({ tenantId, thing })));
  }
}
