import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A tree outside the project that the project's own rules are run over. */
export interface PlantedTree {
  readonly root: string;
  remove(): Promise<void>;
}

/** Makes a tree of the project's files named in `copied`, its packages, and the `sources` (path -> text). */
export const plantTree = async (
  copied: readonly string[],
  sources: Readonly<Record<string, string>>,
): Promise<PlantedTree> => {
  const root = await mkdtemp(join(tmpdir(), 'planted-'));
  for (const path of copied) await cp(path, join(root, path), { recursive: true });
  await symlink(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  for (const [file, text] of Object.entries(sources)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
};
