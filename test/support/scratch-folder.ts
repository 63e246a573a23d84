import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const ROOM_BYTES = 4 * 2 ** 30;

/**
 * A new folder for data of this run alone; whoever asks removes it. In memory where there is room: a server makes some
 * hundred files for each database, which a disk answers thirty times slower.
 */
export const scratchFolder = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join((await hasRoom(MEMORY)) ? MEMORY : tmpdir(), `goal-service-${name}-`));
  // PostgreSQL started by root runs as another user, who must get through.
  await chmod(folder, 0o711);
  return folder;
};

const hasRoom = async (path: string): Promise<boolean> => {
  const { bavail, bsize } = await statfs(path).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize >= ROOM_BYTES;
};
