import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of package.json: the project's root when run from sources, its parent's when run from `dist`. */
const root = (folder: string): string => {
  const up = join(folder, '..');
  try {
    readFileSync(join(folder, 'package.json'));
    return folder;
  } catch {
    return root(up);
  }
};

export const PROJECT_FOLDER = root(__dirname);

const { version } = JSON.parse(readFileSync(join(PROJECT_FOLDER, 'package.json'), 'utf8')) as { version: string };

export const VERSION = version;
