import { once } from 'node:events';
import { readConfig } from '#infrastructure/config/config';
import { RedisConnections, type EventRedis } from '#infrastructure/redis/connections';
import { shardKey } from '#infrastructure/redis/stream-loop';
import { eventually } from '../support/app';
import { RedisCluster } from '../support/redis-cluster';

const KEY = shardKey(0);

describe('A connection to the cluster that has the event streams', () => {
  let cluster: RedisCluster;
  let connections: RedisConnections;
  let redis: EventRedis;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    connections = new RedisConnections(
      readConfig({
        ...{ DATABASE_URL: 'postgres://none', REDIS_URL: 'redis://none', SECRET_KEY: 'none' },
        EVENT_REDIS_CLUSTER: cluster.urls,
      }),
    );
    redis = connections.openForEvents('test', { commandTimeout: 3000 });
    await once(redis, 'ready');
  }, 60_000);

  afterAll(async () => {
    connections.onApplicationShutdown();
    await cluster.stop();
  });

  const begins = async (): Promise<void> => {
    await redis.del(KEY);
    await redis.xgroup('CREATE', KEY, 'readers', '$', 'MKSTREAM');
  };

  it('does not send a command again whose reply was cut', async () => {
    await begins();
    const read = redis.xreadgroup('GROUP', 'readers', 'one', 'BLOCK', 2000, 'STREAMS', KEY, '>');
    const outcome = read.then(
      () => 'answered',
      (failure: unknown) => String(failure),
    );
    await eventually(
      async () => (await cluster.everywhere('CLIENT', 'LIST')).join(),
      (clients) => clients.includes('cmd=xreadgroup'),
    );
    await cluster.everywhere('CLIENT', 'KILL', 'TYPE', 'normal');
    expect(await outcome).toContain('Connection is closed');
  });

  it('follows a slot that is handed over, with the group and what is pending in it', async () => {
    await eventually(
      () =>
        begins().then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
    await redis.xadd(KEY, '*', 'event', 'pending');
    await redis.xreadgroup('GROUP', 'readers', 'one', 'STREAMS', KEY, '>');
    const before = await cluster.masterOf(KEY);
    await cluster.move(KEY);
    expect(await cluster.masterOf(KEY)).not.toBe(before);
    expect(await redis.xpending(KEY, 'readers')).toContain(1);
  });

  it('finds the one that took over from a master that hangs', async () => {
    const master = await cluster.masterOf(KEY);
    await cluster.replicate(master);
    cluster.signal(master, 'SIGSTOP');
    try {
      const answer = await eventually(
        () => redis.xlen(KEY).catch((failure: unknown) => String(failure)),
        (length) => length === 1,
        20_000,
      );
      expect(answer).toBe(1);
    } finally {
      cluster.signal(master, 'SIGCONT');
    }
  }, 60_000);
});
