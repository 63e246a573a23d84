import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { startRedis, type LocalRedis } from '#infrastructure/local/local-redis';
import { redisCache } from '#infrastructure/local/local-servers';
import { freePort } from '#infrastructure/local/processes';
import { scratchFolder } from './scratch-folder';

const SLOTS = 16_384;
const MASTERS = 3;

/** A Redis Cluster of three masters without replicas, each with its append-only file. */
export class RedisCluster {
  private constructor(
    private readonly folder: string,
    private readonly busPorts: readonly number[],
    private readonly nodes: LocalRedis[],
  ) {}

  static async start(): Promise<RedisCluster> {
    const folder = await scratchFolder('redis-cluster');
    const cluster = new RedisCluster(folder, await Promise.all(Array.from({ length: MASTERS }, () => freePort(0))), []);
    for (let n = 0; n < MASTERS; n += 1) await cluster.begin(n);
    await cluster.meet();
    return cluster;
  }

  /** As the setting `EVENT_REDIS_CLUSTER` wants them. */
  get urls(): string {
    return this.nodes.map(({ url }) => url).join();
  }

  /** A producer's way in: what is not answered is for the producer to send again. */
  connect(): Cluster {
    const cluster = new Cluster(this.urls.split(','), {
      redisOptions: { commandTimeout: 1000, autoResendUnfulfilledCommands: false },
      clusterRetryStrategy: () => 100,
    });
    cluster.on('error', () => undefined);
    return cluster;
  }

  async kill(n: number): Promise<void> {
    const info = await this.ask(n, (redis) => redis.info('server'));
    process.kill(Number(/^process_id:(\d+)/m.exec(info)?.[1]), 'SIGKILL');
    await this.nodes[n]?.stop();
  }

  /** (Again) with what it has on disk. */
  async begin(n: number): Promise<void> {
    this.nodes[n] = await startRedis(join(this.folder, String(n)), {
      cache: redisCache,
      databases: 1,
      more: {
        ...{ 'cluster-enabled': 'yes', 'cluster-port': String(this.busPorts[n]) },
        // The shards of the others go on.
        'cluster-require-full-coverage': 'no',
      },
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async meet(): Promise<void> {
    for (let n = 0; n < MASTERS; n += 1) {
      const [first, next] = [n, n + 1].map((at) => Math.floor((SLOTS * at) / MASTERS));
      await this.ask(n, (redis) => redis.cluster('ADDSLOTSRANGE', first ?? 0, (next ?? 0) - 1));
      const { port } = new URL(this.nodes[n]?.url ?? '');
      if (n > 0)
        await this.ask(0, (redis) => redis.call('CLUSTER', 'MEET', '127.0.0.1', port, String(this.busPorts[n])));
    }
    for (let n = 0; n < MASTERS; n += 1)
      while (!(await this.ask(n, (redis) => redis.cluster('INFO'))).includes('cluster_known_nodes:3')) await sleep(50);
    for (let n = 0; n < MASTERS; n += 1)
      while (!(await this.ask(n, (redis) => redis.cluster('INFO'))).includes('cluster_slots_ok:16384')) await sleep(50);
  }

  private async ask<T>(n: number, question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.nodes[n]?.url ?? '');
    return question(redis).finally(() => {
      redis.disconnect();
    });
  }
}
