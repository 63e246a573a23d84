import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { commandLines } from './processes';

interface Holder {
  readonly pid: number;
  readonly command: string;
  readonly since: string;
}

const thisProcessBegan = new Date(performance.timeOrigin).toISOString();

/**
 * Takes the lock file for this process and returns what gives it back.
 * Throws naming the holder while that process lives; one that was killed holds nothing.
 */
export async function lockFolder(file: string): Promise<() => Promise<void>> {
  const command = (await commandLines()).get(process.pid) ?? '';
  const mine = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, command, since: thisProcessBegan };
  await writeFile(mine, JSON.stringify(holder));
  try {
    // A link, unlike a written file, is there with its content or not at all.
    while (!(await taken(link(mine, file)))) await removeIfDead(file);
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(file, { force: true });
}

async function taken(linked: Promise<void>): Promise<boolean> {
  try {
    await linked;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfDead(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const holder = JSON.parse(text) as Holder;
  if (await isAlive(holder)) {
    throw new Error(
      `The local servers of this folder belong to process ${holder.pid} (${holder.command}), started ${holder.since}. ` +
        `End it first, or use another clone of the project. (${file})`,
    );
  }
  const aside = `${file}.${process.pid}.dead`;
  await rename(file, aside).catch(() => undefined);
  // Another start may have replaced the dead lock between reading and moving it: then it is put back.
  if ((await readFile(aside, 'utf8').catch(() => text)) !== text) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

/** The number alone proves nothing: since the holder's end it may have gone to another process, in a container to us. */
async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.pid === process.pid) return holder.since === thisProcessBegan;
  return (await commandLines()).get(holder.pid) === holder.command;
}
