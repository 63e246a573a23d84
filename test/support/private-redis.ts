import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '#infrastructure/local/local-redis';
import { redisCache } from '#infrastructure/local/local-servers';
import { scratchFolder } from './scratch-folder';

export interface PrivateRedis {
  readonly url: string;
  /** To the server's process: `SIGKILL`, or `SIGSTOP` and `SIGCONT`. */
  signal(name: NodeJS.Signals): void;
  /** Starts it again where it was, with what it has on disk. */
  start(): Promise<void>;
  /** Copies what it has on disk now; the answer starts it again with that. */
  remember(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** A Redis server of one suite's own, for what all databases of a server share. `more`: settings of the server. */
export const privateRedis = async (more: Readonly<Record<string, string>> = {}): Promise<PrivateRedis> => {
  const folder = await scratchFolder('redis');
  const data = join(folder, 'data');
  const begin = async () => {
    const server = await startRedis(folder, { cache: redisCache, durable: false, more });
    return { ...server, pid: await pidOf(server.url) };
  };
  let server = await begin();
  const start = async (): Promise<void> => {
    await server.stop();
    server = await begin();
  };
  let copies = 0;
  return {
    url: server.url,
    signal: (name) => void process.kill(server.pid, name),
    start,
    remember: async () => {
      const copy = join(folder, `copy-${String((copies += 1))}`);
      await cp(data, copy, { recursive: true });
      return async () => {
        await server.stop();
        await rm(data, { recursive: true });
        await cp(copy, data, { recursive: true });
        await start();
      };
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const pidOf = async (url: string): Promise<number> => {
  const redis = new Redis(url);
  const info = await redis.info('server');
  redis.disconnect();
  return Number(/^process_id:(\d+)/m.exec(info)?.[1]);
};
