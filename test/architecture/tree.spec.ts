import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { cruise } from './support/cruise';

const root = process.cwd();

const filesUnder = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

const folders = readdirSync(root).filter((name) => ['apps', 'libs', 'migrations', 'test'].includes(name));
const files = folders.flatMap(filesUnder);

describe('the tree', () => {
  let found: Awaited<ReturnType<typeof cruise>>;

  /** The names that rules are made for: `layer-domain` stands for `domain`. */
  const named = (kind: 'layer' | 'context'): string[] =>
    found.rules.filter((rule) => rule.startsWith(`${kind}-`)).map((rule) => rule.slice(kind.length + 1));

  beforeAll(async () => {
    found = await cruise(root);
  }, 60_000);

  it('keeps every rule of architecture.mjs', () => {
    expect(found.violations).toEqual([]);
    expect(found.files).toBeGreaterThanOrEqual(files.length);
  });

  it('has nothing but known layers in libs', () => {
    expect(readdirSync(join(root, 'libs')).filter((name) => !named('layer').includes(name))).toEqual([]);
  });

  it('has nothing but known contexts in the layers that are divided into them', () => {
    const known = new RegExp(`^libs/(?:infrastructure|[a-z]+/(?:${named('context').join('|')}))/`);
    expect(filesUnder('libs').filter((file) => !known.test(file))).toEqual([]);
  });

  it('is named in kebab-case', () => {
    const kebab = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)+[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*\.ts$/;
    expect(files.filter((file) => !kebab.test(file))).toEqual([]);
  });

  it('has no index files and no src folders: the path is the name (ADR 0005)', () => {
    expect(files.filter((file) => basename(file) === 'index.ts' || file.split('/').includes('src'))).toEqual([]);
  });
});
