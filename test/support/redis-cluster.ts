import { Cluster, Redis } from 'ioredis';
import { freePort } from '#infrastructure/local/processes';
import { eventually } from './app';
import { privateRedis, type PrivateRedis } from './private-redis';

const SLOTS = 16_384;
const MASTERS = 3;
const MOVE_MS = 5000;
const PATIENCE_MS = 30_000;
const WELL = ['cluster_state:ok', `cluster_known_nodes:${String(MASTERS)}`, 'slots_pfail:0', 'slots_fail:0'];

interface Node {
  readonly server: PrivateRedis;
  readonly id: string;
  /** For what is asked of this very node. */
  readonly redis: Redis;
}

/** Three masters of a real Redis Cluster, each with a third of the slots and, unless it is asked for, none with a replica. */
export class RedisCluster {
  /** As a producer has it: of the whole cluster. */
  readonly client: Cluster;

  private readonly replicas: Node[] = [];

  private constructor(private readonly masters: readonly Node[]) {
    this.client = new Cluster(
      masters.map(({ server }) => server.url),
      { enableOfflineQueue: false, redisOptions: { commandTimeout: 2000, maxRetriesPerRequest: 0 } },
    );
    this.client.on('error', () => undefined);
  }

  static async start(): Promise<RedisCluster> {
    const masters = await Promise.all(Array.from({ length: MASTERS }, startNode));
    await Promise.all(masters.map(({ redis }, n) => redis.call('CLUSTER', 'ADDSLOTSRANGE', ...rangeOf(n))));
    const [first, ...others] = masters;
    for (const { server, busPort } of others) await first?.redis.call('CLUSTER', 'MEET', ...placeOf(server), busPort);
    const cluster = new RedisCluster(masters);
    await cluster.isWhole();
    return cluster;
  }

  /** Waits until every node says that all are well. */
  async isWhole(): Promise<void> {
    await eventually(
      () => Promise.all(this.masters.map(({ redis }) => redis.call('CLUSTER', 'INFO'))),
      (all) => all.every((info) => WELL.every((word) => String(info).includes(word))),
      PATIENCE_MS,
    );
  }

  /** As `EVENT_REDIS_CLUSTER` has them. */
  get urls(): string {
    return this.masters.map(({ server }) => server.url).join(',');
  }

  /** The number of the master that has a key. */
  async masterOf(key: string): Promise<number> {
    const slot = await this.slotOf(key);
    const ranges = await this.master(0).redis.cluster('SLOTS');
    const [, , node] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [];
    return this.masters.findIndex(({ id }) => id === node?.[2]);
  }

  /** Gives a master a replica, and waits until that has everything. */
  async replicate(n: number): Promise<void> {
    const replica = await startNode();
    this.replicas.push(replica);
    await this.master(0).redis.call('CLUSTER', 'MEET', ...placeOf(replica.server), replica.busPort);
    const { id } = this.master(n);
    await eventually(
      () => replica.redis.cluster('REPLICATE', id).catch((failure: unknown) => String(failure)),
      (answer) => answer === 'OK',
    );
    await eventually(
      () => replica.redis.info('replication'),
      (info) => info.includes('master_link_status:up'),
    );
  }

  /** To the process of a master: `SIGKILL`, or `SIGSTOP` and `SIGCONT`. */
  signal(n: number, name: NodeJS.Signals): void {
    this.master(n).server.signal(name);
  }

  /** Starts a master again where it was, with what it has on disk. */
  async restart(n: number): Promise<void> {
    await this.master(n).server.start();
  }

  /** Hands the slot of a key over to the next master, with what is in it, while it is used. */
  async move(key: string): Promise<void> {
    const [slot, owner] = [await this.slotOf(key), await this.masterOf(key)];
    const [from, to] = [this.master(owner), this.master((owner + 1) % MASTERS)];
    await to.redis.cluster('SETSLOT', slot, 'IMPORTING', from.id);
    await from.redis.cluster('SETSLOT', slot, 'MIGRATING', to.id);
    const keys = await from.redis.cluster('GETKEYSINSLOT', slot, 100);
    if (keys.length > 0) await from.redis.call('MIGRATE', ...placeOf(to.server), '', 0, MOVE_MS, 'KEYS', ...keys);
    // Who takes it over first: a slot is never nobody's.
    for (const { redis } of [to, from, ...this.masters]) await redis.cluster('SETSLOT', slot, 'NODE', to.id);
  }

  /** Has every master carry out a command. */
  everywhere(name: string, ...rest: readonly string[]): Promise<unknown[]> {
    return Promise.all(this.masters.map(({ redis }) => redis.call(name, ...rest)));
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    const nodes = [...this.masters, ...this.replicas];
    for (const { redis } of nodes) redis.disconnect();
    await Promise.all(nodes.map(({ server }) => server.stop()));
  }

  private slotOf(key: string): Promise<number> {
    return this.master(0).redis.cluster('KEYSLOT', key);
  }

  private master(n: number): Node {
    const master = this.masters[n];
    if (!master) throw new Error(`the cluster has no master ${String(n)}`);
    return master;
  }
}

const startNode = async (): Promise<Node & { readonly busPort: string }> => {
  const busPort = String(await freePort(0));
  const server = await privateRedis({
    'cluster-enabled': 'yes',
    'cluster-port': busPort,
    'cluster-node-timeout': '1000',
    // While one master is away the others go on.
    'cluster-require-full-coverage': 'no',
  });
  const redis = new Redis(server.url, { retryStrategy: () => 50 });
  redis.on('error', () => undefined);
  return { server, busPort, redis, id: String(await redis.call('CLUSTER', 'MYID')) };
};

const rangeOf = (n: number): [number, number] => {
  const from = (part: number): number => Math.floor((SLOTS * part) / MASTERS);
  return [from(n), from(n + 1) - 1];
};

const placeOf = ({ url }: PrivateRedis): [string, string] => [new URL(url).hostname, new URL(url).port];
