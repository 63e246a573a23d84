import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const secretFile = (folder: string): string => join(folder, 'secret-key');

/** The SECRET_KEY of local runs, made once and kept, so that a token outlives the process that printed it. */
export async function keptSecret(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const draft = `${secretFile(folder)}.${String(process.pid)}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), { mode: 0o600 });
  // A link never replaces: of two starts at once, both read the key of the one that was first.
  await link(draft, secretFile(folder)).catch(unlessItExists);
  await rm(draft, { force: true });
  return readFile(secretFile(folder), 'utf8');
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
