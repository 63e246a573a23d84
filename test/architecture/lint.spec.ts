import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { plantTree, type PlantedTree } from './support/planted-tree';

/** A file, the text planted in it, and the lint rule that must catch it (`null`: none may). */
interface Planted {
  readonly rule: string | null;
  readonly fact: string;
  readonly file: string;
  readonly text: string;
}

interface LintedFile {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly message: string }[];
}

const RESULTS = `
import { done, type Result } from '#domain/shared/result';
declare const flag: boolean;
declare const things: readonly string[];
declare const thing: { save(): Result<void> } | undefined;
declare const save: (text?: string) => Result<void>;
declare const store: (text?: string) => Promise<Result<string>>;
export const run = async (): Promise<Result<void>> => {
  BODY
  return await Promise.resolve(done);
};
export const used = [flag, things, thing, save, store];
`;

let count = 0;
const inFolder = (folder: string): string => `${folder}/planted-${(count += 1)}.ts`;

const result = (rule: string | null, fact: string, body: string): Planted => ({
  rule,
  fact,
  file: inFolder('libs/application/workflows'),
  text: RESULTS.replace('BODY', body),
});

const IGNORED = 'local/no-ignored-result';
const ignored = (fact: string, body: string): Planted => result(IGNORED, `a Result ignored ${fact}`, body);
const looked = (fact: string, body: string): Planted => result(null, `a Result ${fact}`, body);

const planted = (rule: string | null, fact: string, folder: string, text: string): Planted => ({
  rule,
  fact,
  file: inFolder(folder),
  text,
});

const many = (n: number): string => Array.from({ length: n }, (_, i) => `export const thing${i} = ${i};`).join('\n');
const longFunction = `export const long = (): number => {\n  let sum = 0;\n${'  sum += 1;\n'.repeat(30)}  return sum;\n};`;
const DECORATED = `
import { Injectable } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
@Injectable()
export class Notifier {
  constructor(readonly bus: EventBus) {}
}
`;

const PLANTED: readonly Planted[] = [
  ignored('as a statement', 'save();'),
  ignored('with void', 'void save();'),
  ignored('after await', 'await store();'),
  ignored('as a promise with void', 'void store();'),
  ignored('behind &&', 'flag && save();'),
  ignored('behind ?:', 'flag ? save() : done;'),
  ignored('behind ?.', 'thing?.save();'),
  ignored('in a list', 'await Promise.all([store(), store()]);'),
  ignored('by a callback that answers nothing', 'things.forEach((text) => save(text));'),
  ignored('by a callback with void', 'things.forEach((text) => void save(text));'),
  looked('that is looked at', 'const saved = save();\n  if (!saved.ok) return saved;'),
  looked('that is passed on', 'if (flag) return save();'),
  looked(
    'that is collected',
    'const all = things.map((text) => save(text));\n  if (all.some((one) => !one.ok)) return save();',
  ),
  looked('that is assigned', 'let saved = save();\n  saved = save();\n  if (!saved.ok) return saved;'),
  planted('no-restricted-syntax', 'the clock in domain', 'libs/domain/goals', 'export const now = new Date();'),
  planted(
    'no-restricted-syntax',
    'the clock in application',
    'libs/application/goals',
    'export const now = Date.now();',
  ),
  planted(
    'no-restricted-syntax',
    'the clock in a use case',
    'libs/application/goals/commands',
    'export const now = Date();',
  ),
  planted('no-restricted-syntax', 'chance in domain', 'libs/domain/goals', 'export const chance = Math.random();'),
  planted('no-restricted-globals', 'the process in domain', 'libs/domain/goals', 'export const env = process.env;'),
  planted(
    'no-restricted-globals',
    'a timer in application',
    'libs/application/goals',
    'export const later = setTimeout;',
  ),
  planted('no-restricted-syntax', 'a barrel', 'libs/adapters/goals', `export * from '#domain/shared/result';`),
  planted(
    'no-restricted-syntax',
    'a barrel by name',
    'libs/adapters/goals',
    `export { ok } from '#domain/shared/result';`,
  ),
  planted(
    'no-restricted-syntax',
    'try in a use case',
    'libs/application/goals/queries',
    'export const read = (text: string): unknown => {\n  try {\n    return JSON.parse(text);\n  } catch {\n    return null;\n  }\n};',
  ),
  planted(
    null,
    'a moment made of a given one',
    'libs/domain/goals',
    'export const copy = (at: Date): Date => new Date(at);',
  ),
  planted('max-lines', 'a use case of 61 lines', 'libs/application/goals/commands', many(61)),
  planted(null, 'a use case of 60 lines', 'libs/application/goals/commands', many(60)),
  planted('max-lines', 'a file of 251 lines', 'libs/adapters/goals', many(251)),
  planted(null, 'a file of 250 lines', 'libs/adapters/goals', many(250)),
  { rule: 'max-lines', fact: 'an app of 41 lines', file: 'apps/api/main.ts', text: many(41) },
  planted('max-lines-per-function', 'a function of more than 30 lines', 'libs/infrastructure', longFunction),
  planted(null, 'a long function in a test', 'test/unit', longFunction),
  planted(
    '@typescript-eslint/no-explicit-any',
    'any',
    'libs/adapters/goals',
    'export const a = (b: any): unknown => b;',
  ),
  planted(
    '@typescript-eslint/no-non-null-assertion',
    'a non-null assertion',
    'libs/adapters/goals',
    'export const first = (list: readonly string[]): string => list[0]!;',
  ),
  planted(
    '@typescript-eslint/no-floating-promises',
    'a promise nobody waits for',
    'libs/infrastructure',
    'export const start = (run: () => Promise<void>): void => {\n  run();\n};',
  ),
  planted(
    '@typescript-eslint/no-explicit-any',
    'what a comment tries to excuse',
    'libs/adapters/goals',
    '// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport const a = (b: any): unknown => b;',
  ),
  planted(
    '@typescript-eslint/consistent-type-imports',
    'a type imported as a value',
    'libs/adapters/goals',
    `import { EventBus } from '@nestjs/cqrs';\nexport type Bus = EventBus;`,
  ),
  planted(null, 'a class that Nest injects by its imported type', 'libs/adapters/goals', DECORATED),
];

const COPIED = [
  'package.json',
  'tsconfig.json',
  'eslint.config.mjs',
  'test/architecture/lint',
  'libs/domain/shared/result.ts',
  'libs/domain/shared/errors.ts',
];

/** ESLint answers 1 when it found something; only an answer that is no list of files is a failure here. */
const lint = (root: string): Promise<LintedFile[]> =>
  new Promise((resolve, reject) => {
    const eslint = join(process.cwd(), 'node_modules/eslint/bin/eslint.js');
    const options = { cwd: root, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 };
    execFile(process.execPath, [eslint, '.', '--format', 'json'], options, (failure, stdout, stderr) => {
      if (stdout.startsWith('[')) resolve(JSON.parse(stdout) as LintedFile[]);
      else reject(new Error(stderr, { cause: failure }));
    });
  });

describe('lint', () => {
  let tree: PlantedTree;
  let linted: readonly LintedFile[];

  const rulesHit = (file: string): (string | null)[] => {
    const found = linted.find(({ filePath }) => filePath.endsWith(`/${file}`));
    if (!found) throw new Error(`${file} was not linted`);
    return found.messages.map(({ ruleId, message }) => ruleId ?? message);
  };

  beforeAll(async () => {
    tree = await plantTree(COPIED, Object.fromEntries(PLANTED.map(({ file, text }) => [file, text])));
    linted = await lint(tree.root);
  }, 60_000);

  afterAll(() => tree.remove());

  it.each(PLANTED.filter(({ rule }) => rule !== null))('catches $fact ($rule)', ({ rule, file }) => {
    expect(rulesHit(file)).toContain(rule);
  });

  it.each(PLANTED.filter(({ rule }) => rule === null))('lets pass $fact', ({ file }) => {
    expect(rulesHit(file)).toEqual([]);
  });
});
