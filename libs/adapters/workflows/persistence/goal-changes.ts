import type { Database } from '#adapters/shared/persistence/database';

/** Tells every index of active goals, in the change's own transaction, that what it holds of this tenant is stale. */
export const goalsChanged = async (db: Database, tenantId: string): Promise<void> => {
  await db.query('UPDATE tenants SET goals_changed_in = pg_current_xact_id() WHERE id = $1', [tenantId]);
};

/** A row of `jobs_goals_changed`; the first two are the same in all rows, the last two `null` where nothing was changed. */
interface ChangeRow {
  /** When the server started: transactions of another one are numbered otherwise. */
  readonly server: string;
  /** Every transaction before this one was over, and is seen. */
  readonly settled: number;
  readonly id: string | null;
  readonly changed_in: number | null;
}

const NEVER = { server: '', settled: 0 };

/**
 * By which transaction each tenant's goals were last changed. What a process knows of it is brought up to date by asking for what is
 * new since it last looked, which costs the same for any number of tenants (ADR 0073).
 */
export class GoalChanges {
  private changedIn = new Map<string, number>();
  private seen = NEVER;

  constructor(private readonly db: Database) {}

  /** Every tenant there is now, with the transaction that last changed its goals. Later looks bring the same map up to date. */
  async look(): Promise<ReadonlyMap<string, number>> {
    const { seen } = this;
    const rows = await this.db.peek<ChangeRow>('SELECT * FROM jobs_goals_changed($1)', [seen.settled]);
    const [{ server, settled } = NEVER] = rows;
    if (seen !== NEVER && server !== seen.server) return this.lookAfresh(seen);
    // A look that began later may have been answered sooner. What this one takes back of it, the next one brings again.
    if (this.seen === NEVER) this.changedIn = new Map();
    for (const { id, changed_in } of rows) if (id !== null && changed_in !== null) this.changedIn.set(id, changed_in);
    this.seen = { server, settled };
    return this.changedIn;
  }

  private lookAfresh(seen: typeof NEVER): Promise<ReadonlyMap<string, number>> {
    if (this.seen === seen) this.seen = NEVER;
    return this.look();
  }
}
