import type { EntityManager } from 'typeorm';
import type { CachedThing } from '#application/shared/cache';

/** Parameters of PostgreSQL by name (`lock_timeout`). */
export type Settings = Readonly<Record<string, string>>;

/**
 * The database as adapters see it: every statement runs in the transaction of the request in hand, which sees the rows of
 * its actor's tenants only. Adapters neither begin nor end transactions.
 */
export abstract class Database {
  /** Runs one statement and answers its rows. */
  abstract query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;

  /**
   * The same for a statement whose text never changes and that runs often: PostgreSQL plans it once a connection. Only for
   * what is bound to be looked up by index whatever the values are, because the plan does not see them.
   */
  abstract prepared<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;

  /**
   * The same for a function that looks across tenants by itself and changes nothing: begins no transaction where none has begun.
   */
  abstract peek<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]>;

  /**
   * Has a statement run last, in one packet with the COMMIT, and in the order of the calls: rows that everybody writes are held
   * no longer than that takes. It is prepared; what it answers is not looked at.
   */
  abstract atCommit(sql: string, parameters: readonly unknown[]): void;

  /**
   * From here on this transaction sees no more than these of its actor's tenants. Each row is looked for among them, so where
   * there are hundreds it is worth leaving out those with which nothing is to be done. `settings` hold as long: constants of the code.
   */
  abstract narrow(tenantIds: readonly string[], settings?: Settings): Promise<void>;

  /** TypeORM's entity manager on the same transaction. */
  abstract entities(): Promise<EntityManager>;

  /**
   * Tells what this transaction has changed of a tenant that something cached is made of. The journal tells of every audit
   * entry; who writes rows that it does not name tells of them itself.
   */
  abstract changed(tenantId: string, things: readonly CachedThing[]): void;

  /**
   * Has the cache told now of what was `changed` so far, beside the statements that come next. Without this it is told before
   * the commit, which waits for it.
   */
  abstract announce(): void;

  /** Has something done once the transaction is committed, before its caller is answered; never after a roll-back. */
  abstract afterCommit(work: () => Promise<void>): void;
}
