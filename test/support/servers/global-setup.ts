import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '@jest/types';
// Relative, because Jest loads this file through Node itself, which resolves `#infrastructure` to the built files.
import { startPostgres } from '../../../libs/infrastructure/local/local-postgres';
import { startRedis } from '../../../libs/infrastructure/local/local-redis';
import { redisCache } from '../../../libs/infrastructure/local/local-servers';
import { compileSources } from '../compiled';
import { scratchFolder } from '../scratch-folder';

let stopServers: () => Promise<void> = () => Promise.resolve();

/**
 * Starts one PostgreSQL and one Redis for the whole test run, empty and in a folder of their own.
 * The tests find them in TEST_SUPER_URL, TEST_OWNER_URL, TEST_APP_URL and TEST_REDIS_URL.
 */
export default async function globalSetup(run: Config.GlobalConfig, project: Config.ProjectConfig): Promise<void> {
  const folder = await scratchFolder('test');
  const postgres = startPostgres(join(folder, 'postgres'), { durable: false, maxConnections: 200 });
  const redis = startRedis(join(folder, 'redis'), { cache: redisCache, durable: false, databases: 64 });
  stopServers = async () => {
    const started = await Promise.allSettled([postgres, redis]);
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : Promise.resolve())));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // The servers take their time, and so does this.
    if (process.env.TEST_TOGETHER) await compileSources(run, project);
    const [{ superUrl, ownerUrl, appUrl }, { url }] = await Promise.all([postgres, redis]);
    Object.assign(process.env, {
      TEST_SUPER_URL: superUrl,
      TEST_OWNER_URL: ownerUrl,
      TEST_APP_URL: appUrl,
      TEST_REDIS_URL: url,
    });
  } catch (error) {
    await stopServers();
    throw error;
  }
}

/** Ends what the setup started and removes its folder. */
export async function stopTestServers(): Promise<void> {
  await stopServers();
}
