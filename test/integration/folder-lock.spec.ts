import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from '#infrastructure/local/folder-lock';
import { scratchFolder } from '../support/scratch-folder';

let folder: string;

beforeEach(async () => {
  folder = await scratchFolder('lock');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the folder lock', () => {
  it('is refused to the process that holds it and free again afterwards', async () => {
    const unlock = await lockFolder(join(folder, 'lock'));
    await expect(lockFolder(join(folder, 'lock'))).rejects.toThrow(`belong to process ${process.pid} `);
    await unlock();
    await (
      await lockFolder(join(folder, 'lock'))
    )();
  });

  it('passes over a dead holder whose number was given to this process', async () => {
    const since = '2020-01-01T00:00:00.000Z';
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.pid, command: process.title, since }));
    await (
      await lockFolder(join(folder, 'lock'))
    )();
  });
});
