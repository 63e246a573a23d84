import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import type { Client, QueryConfig, QueryResultRow } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Actor } from '#domain/shared/actor';
import { Changes } from '#infrastructure/database/changes';
import type { Turns } from '#infrastructure/limits/turns';

const log = new Logger('UnitOfWork');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** One transaction of one actor, begun with its first statement. */
export class UnitOfWork {
  /** A part of it was refused: the whole must be rolled back. */
  refused = false;
  /** A command may change something, and must see what it has changed: only a query is answered from the cache. */
  onlyReads = false;
  readonly changes = new Changes();
  /** Sent with the COMMIT. */
  readonly last: QueryConfig[] = [];
  readonly afterCommit: (() => Promise<void>)[] = [];
  /** The COMMIT was sent, and nobody knows what has become of it. */
  isInDoubt = false;
  private begun: Promise<QueryRunner> | undefined;
  private opening: Promise<unknown> = Promise.resolve();

  constructor(
    readonly actor: Actor,
    private readonly source: DataSource,
    /** Without, it takes the first connection that comes free: for what goes on while another unit has one. */
    private readonly turns?: Turns,
  ) {}

  /** The connection inside the transaction; the first call begins it. */
  runner(): Promise<QueryRunner> {
    return (this.begun ??= this.begin());
  }

  /** Runs one statement by itself, without a transaction and for no tenant. */
  async apart<Row extends QueryResultRow>(statement: QueryConfig): Promise<Row[]> {
    const runner = this.source.createQueryRunner();
    try {
      return (await ((await runner.connect()) as Client).query<Row>(statement)).rows;
    } finally {
      await runner.release();
    }
  }

  get hasBegun(): boolean {
    return this.begun !== undefined;
  }

  /** Everything so far was rolled back to a savepoint: there is nothing left to tell of it. */
  forget(): void {
    this.last.length = 0;
    this.afterCommit.length = 0;
    this.changes.clear();
  }

  /** What comes after the commit cannot undo it: that it fails is logged, and no caller is told so. */
  async commit(onSent?: () => void): Promise<void> {
    if (this.last.length > 0) await this.runner();
    await this.end('COMMIT', this.last.splice(0), onSent);
    const failed = (failure: unknown): void => {
      log.error(failure);
    };
    for (const work of this.afterCommit) await work().catch(failed);
    // What they read began a transaction of its own.
    await this.end('ROLLBACK').catch(failed);
  }

  async rollback(): Promise<void> {
    await this.end('ROLLBACK');
  }

  private async begin(): Promise<QueryRunner> {
    const { tenantIds } = this.actor;
    if (!tenantIds.every((id) => UUID.test(id))) throw new Error('a tenant id is no UUID');
    const tenants = tenantIds.join();
    const { runner, client } = await this.borrow(tenants);
    // One text: the ids are checked above, and several statements take no parameters. That it fails shows in the first
    // statement of the work, and at the end.
    this.opening = client.query(`BEGIN; SET LOCAL app.tenant_ids = '${tenants}'`);
    this.opening.catch(() => undefined);
    // TypeORM takes row locks only in a transaction it knows of, and would have begun this one in two round trips.
    return Object.assign(runner, { isTransactionActive: true });
  }

  private async borrow(tenants: string): Promise<{ readonly runner: QueryRunner; readonly client: Client }> {
    if (this.turns && !(await this.turns.take(tenants))) throw notInTime();
    try {
      const runner = this.source.createQueryRunner();
      return { runner, client: (await runner.connect()) as Client };
    } catch (failure) {
      this.turns?.give();
      throw failure;
    }
  }

  /** Rejects with the failure of the first of the last statements, or of the word itself. */
  private async end(
    word: 'COMMIT' | 'ROLLBACK',
    last: readonly QueryConfig[] = [],
    onSent?: () => void,
  ): Promise<void> {
    const runner = await this.begun?.catch(() => undefined);
    this.begun = undefined;
    if (!runner) return;
    const client = (await runner.connect()) as Client;
    let failed: PromiseRejectedResult | undefined;
    let command: string;
    try {
      await this.opening;
      const outcomes = Promise.allSettled(last.map((statement) => client.query(statement)));
      const answer = client.query(word);
      this.isInDoubt = word === 'COMMIT';
      onSent?.();
      failed = (await outcomes).find((outcome) => outcome.status === 'rejected');
      ({ command } = await answer);
    } catch (failure) {
      await discard(runner).finally(() => this.turns?.give());
      throw failure;
    }
    this.isInDoubt = false;
    await runner.release().finally(() => this.turns?.give());
    if (failed) throw failed.reason;
    // PostgreSQL answers the COMMIT of a transaction in which a statement failed by rolling back, without an error.
    if (command !== word) throw new Error('a failed statement was overlooked: nothing is committed');
  }
}

/** As the pool says it. */
const notInTime = (): Error => Object.assign(new Error('no connection came free in time'), { code: 'DB_POOL_TIMEOUT' });

/**
 * Gives a connection back that nobody can say what state it is in: closed, or its transaction and tenants would be there for
 * whoever borrows it next.
 */
const discard = async (runner: QueryRunner): Promise<void> => {
  const client = (await runner.connect().catch(() => undefined)) as Client | undefined;
  const stream = client?.connection.stream;
  if (stream && !stream.closed) {
    stream.destroy();
    await once(stream, 'close');
  }
  await runner.release();
};
