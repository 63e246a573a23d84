import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '#infrastructure/local/local-redis';
import { redisCache } from '#infrastructure/local/local-servers';

export interface PrivateRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis server of one suite's own, for what all databases of a server share. */
export const privateRedis = async (): Promise<PrivateRedis> => {
  const folder = await mkdtemp(join(tmpdir(), 'goal-service-redis-'));
  const server = await startRedis(folder, { cache: redisCache, durable: false });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
