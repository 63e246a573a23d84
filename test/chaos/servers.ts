import { chmod, mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type Cluster } from 'ioredis';
import { Client, Pool, type QueryResultRow } from 'pg';
import { migrationSource } from '#infrastructure/database/data-source';
import { startPostgres, type LocalPostgres } from '#infrastructure/local/local-postgres';
import { startRedis, type LocalRedis } from '#infrastructure/local/local-redis';
import { redisCache } from '#infrastructure/local/local-servers';
import { shardKey } from '#infrastructure/redis/stream-loop';
import { Proxy } from '../support/proxy';
import { RedisCluster } from '../support/redis-cluster';

const SHARDS_OF_CLUSTER = 6;

/** PostgreSQL and Redis as durable as in production, each behind a way that can be cut; and a cluster for the event streams, where it is asked for. */
export class Servers {
  readonly redis: Redis;
  private pool: Pool;

  private constructor(
    private readonly folder: string,
    private postgres: LocalPostgres,
    private redisServer: LocalRedis,
    readonly wayToPostgres: Proxy,
    readonly wayToRedis: Proxy,
    readonly cluster: RedisCluster | undefined,
  ) {
    this.redis = new Redis(redisServer.url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: 2000,
      retryStrategy: () => 50,
    });
    this.redis.on('error', () => undefined);
    this.pool = this.open();
  }

  static async start(withCluster = false): Promise<Servers> {
    const folder = await mkdtemp(join(tmpdir(), 'goal-service-chaos-'));
    await chmod(folder, 0o711);
    const postgres = await startPostgres(join(folder, 'postgres'));
    const redis = await startRedis(join(folder, 'redis'), { cache: redisCache });
    const source = await migrationSource(postgres.ownerUrl).initialize();
    await source.runMigrations();
    await source.destroy();
    const ways = [await Proxy.before(postgres.appUrl), await Proxy.before(redis.url)] as const;
    return new Servers(folder, postgres, redis, ...ways, withCluster ? await RedisCluster.start() : undefined);
  }

  /** What has the streams that events come in on. */
  get streams(): Redis | Cluster {
    return this.cluster?.client ?? this.redis;
  }

  get shards(): readonly string[] {
    return Array.from({ length: this.cluster ? SHARDS_OF_CLUSTER : 1 }, (_, n) => shardKey(n));
  }

  /** As a superuser, who sees every tenant. */
  async rows<R extends QueryResultRow>(text: string, parameters: readonly unknown[] = []): Promise<R[]> {
    return (await this.pool.query<R>(text, [...parameters])).rows;
  }

  async asSuperuser<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.superUrl });
    await client.connect();
    return work(client).finally(() => client.end());
  }

  /** `SIGQUIT`: an immediate stop, after which PostgreSQL recovers from its log. */
  async crashPostgres(): Promise<void> {
    const file = await readFile(join(this.folder, 'postgres', 'data', 'postmaster.pid'), 'utf8');
    process.kill(Number(file.split('\n')[0]), 'SIGQUIT');
    await this.postgres.stop();
  }

  async startPostgres(): Promise<void> {
    this.postgres = await startPostgres(join(this.folder, 'postgres'));
    await this.pool.end();
    this.pool = this.open();
  }

  async crashRedis(): Promise<void> {
    const info = await this.redis.info('server');
    process.kill(Number(/^process_id:(\d+)/m.exec(info)?.[1]), 'SIGKILL');
    await this.redisServer.stop();
  }

  /** As a machine that lost power would: the end of the log was never on the disk. */
  async cutTailOfRedis(bytes: number): Promise<void> {
    const folder = join(this.folder, 'redis', 'data', 'appendonlydir');
    const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.incr.aof'));
    const file = await open(join(folder, name), 'r+');
    const { size } = await stat(join(folder, name));
    await file.truncate(Math.max(0, size - bytes));
    await file.close();
  }

  async startRedis(): Promise<void> {
    this.redisServer = await startRedis(join(this.folder, 'redis'), { cache: redisCache });
    while (this.redis.status !== 'ready') await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await this.pool.end();
    await Promise.all([this.wayToPostgres.stop(), this.wayToRedis.stop()]);
    await Promise.all([this.postgres.stop(), this.redisServer.stop(), this.cluster?.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get superUrl(): string {
    const url = new URL(this.postgres.superUrl);
    url.pathname = new URL(this.postgres.ownerUrl).pathname;
    return url.href;
  }

  private open(): Pool {
    const pool = new Pool({ connectionString: this.superUrl, max: 4 });
    pool.on('error', () => undefined);
    return pool;
  }
}
