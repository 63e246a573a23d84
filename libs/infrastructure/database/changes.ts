import { randomUUID } from 'node:crypto';

/** Read by every cached answer of a tenant: stands for more changed things than are worth naming. */
export const ANYTHING = '*';

const MOST = 1000;

/** A thing of a tenant that something cached is made of. */
export interface Thing {
  readonly tenantId: string;
  readonly thing: string;
}

/** What a unit of work has changed, by tenant, in the names of `Database.changed`. */
export class Changes {
  /** Under which name the cache is told of them. */
  readonly writer = randomUUID();
  /** Whether the cache could be told of what it was told of; `undefined`: of nothing yet. */
  marked: Promise<boolean> | undefined;
  private readonly things = new Map<string, Set<string>>();
  private news: Thing[] = [];

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
    for (const thing of things) {
      if (known.has(thing)) continue;
      known.add(thing);
      this.news.push({ tenantId, thing });
    }
    if (known.size <= MOST) return;
    known.clear();
    known.add(ANYTHING);
    this.news = [...this.news.filter((one) => one.tenantId !== tenantId), { tenantId, thing: ANYTHING }];
  }

  /** What was added since this was asked for last. */
  takeNews(): Thing[] {
    const { news } = this;
    this.news = [];
    return news;
  }

  /** They were rolled back. */
  clear(): void {
    this.things.clear();
    this.news = [];
  }

  /** Each thing with its tenant. */
  all(): Thing[] {
    return [...this.things].flatMap(([tenantId, things]) => [...things].map((thing) => ({ tenantId, thing })));
  }
}
