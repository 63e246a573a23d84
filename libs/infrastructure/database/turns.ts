/** Whoever waits, first come first served. */
type Line = (() => void)[];

/**
 * Who may borrow a connection next. Tenants take turns, so that one that asks for many at once waits for itself, and not everybody
 * else for it ([ADR 0081](../../../docs/adr/0081-tenants-take-turns-at-the-connections.md)).
 */
export class Turns {
  /** The tenant that has waited longest since its last turn comes first. */
  private readonly lines = new Map<string, Line>();

  /** `patienceMs`: how long somebody waits before they give up. */
  constructor(
    private free: number,
    private readonly patienceMs: number,
  ) {}

  /** Until it is this tenant's turn; whoever has taken it gives it back. Rejects as the pool does when that takes too long. */
  take(tenant: string): Promise<void> {
    if (this.free === 0) return this.wait(tenant);
    this.free -= 1;
    return Promise.resolve();
  }

  give(): void {
    const [next] = this.lines;
    if (!next) {
      this.free += 1;
      return;
    }
    const [tenant, line] = next;
    this.lines.delete(tenant);
    const begin = line.shift();
    if (line.length > 0) this.lines.set(tenant, line);
    begin?.();
  }

  private wait(tenant: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.lines.get(tenant) ?? [];
      this.lines.set(tenant, line);
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.leave(tenant, begin);
        reject(Object.assign(new Error('no connection came free in time'), { code: 'DB_POOL_TIMEOUT' }));
      }, this.patienceMs);
      line.push(begin);
    });
  }

  private leave(tenant: string, begin: () => void): void {
    const line = (this.lines.get(tenant) ?? []).filter((other) => other !== begin);
    if (line.length > 0) this.lines.set(tenant, line);
    else this.lines.delete(tenant);
  }
}
