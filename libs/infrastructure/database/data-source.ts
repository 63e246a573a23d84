import { setTimeout as sleep } from 'node:timers/promises';
import { Client, types, type ClientConfig } from 'pg';
import { DataSource, type DataSourceOptions, type EntitySchema } from 'typeorm';
import { timed } from '#infrastructure/database/query-metrics';
import { MIGRATIONS } from '#infrastructure/database/migrations';

const { TIMESTAMPTZ, DATE, INT8 } = types.builtins;

/** Unlike `Date`, knows years below 100 and offsets to the second, as a server that is not in UTC writes them of old times. */
const readTimestamp = types.getTypeParser(TIMESTAMPTZ) as (value: string) => Date;

/** How values come from the driver: times as RFC 3339 text with milliseconds, dates as they stand, counts as numbers. */
export const readers = {
  getTypeParser: (oid: Parameters<typeof types.getTypeParser>[0], format?: 'text' | 'binary') => {
    if (oid === TIMESTAMPTZ) return (value: string) => readTimestamp(value).toISOString();
    if (oid === DATE) return (value: string) => value;
    if (oid === INT8) return Number;
    return types.getTypeParser(oid, format) as unknown;
  },
};

/**
 * A connection of the pool. It may break at a moment when nobody listens to it, between one owner and the next; the next
 * statement says so, and the process must not end of it.
 */
class PooledClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    timed(this);
    gathered(this);
  }
}

/** Statements that are sent in one moment leave in one packet. */
const gathered = (client: Client): void => {
  const send = client.query.bind(client) as (...parameters: readonly unknown[]) => unknown;
  client.query = ((...parameters: readonly unknown[]) => {
    const { stream } = client.connection;
    if (stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    return send(...parameters);
  }) as typeof client.query;
};

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  readonly entities: readonly EntitySchema[];
}

/** The application's way to PostgreSQL. Who waits for a connection gives up after as long as a statement may take, and its caller gets a 503. */
export const dataSource = ({ url, poolSize, statementTimeoutMs, entities }: DatabaseOptions): DataSource =>
  new DataSource({
    ...base(url),
    poolSize,
    entities: [...entities],
    connectTimeoutMS: statementTimeoutMs,
    // A connection that breaks while nobody uses it is the pool's to replace, not the process's to die of.
    poolErrorHandler: () => undefined,
    extra: {
      Client: PooledClient,
      types: readers,
      keepAlive: true,
      // A statement is sent although the one before it, BEGIN above all, is not answered yet.
      pipeline: true,
      statement_timeout: statementTimeoutMs,
      // A server that hangs does not even say that a statement took too long.
      query_timeout: statementTimeoutMs + 1000,
    },
  });

/** The owner's way to PostgreSQL, for migrations: a transaction each, because an index that is built beside writers takes none. */
export const migrationSource = (url: string): DataSource =>
  new DataSource({ ...base(url), migrations: MIGRATIONS, migrationsTransactionMode: 'each' });

const base = (url: string) =>
  ({ type: 'postgres', url, applicationName: 'goal-service', logging: false }) satisfies DataSourceOptions;

/** Connects, and keeps trying while the database is not there yet. */
export const connected = async (source: DataSource, warn: (message: string) => void): Promise<DataSource> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await source.initialize();
    } catch (failure) {
      if (attempt === 60) throw failure;
      warn(`PostgreSQL is not there yet (${(failure as Error).message}); trying again`);
      await sleep(1000);
    }
  }
};
