import { cruise, type Violation } from './support/cruise';
import { plantTree, type PlantedTree } from './support/planted-tree';

/** One file that breaks a rule by one import, and the rule it must be caught by. */
interface Planted {
  readonly rule: string;
  readonly file: string;
  readonly imports: string;
}

const plant = (rule: string, file: string, imports: string): Planted => ({ rule, file, imports });

const PLANTED: readonly Planted[] = [
  plant('layer-domain', 'libs/domain/goals/uses-application.ts', '#application/goals/contract'),
  plant('layer-domain', 'libs/domain/goals/uses-package.ts', '@nestjs/common'),
  plant('layer-domain', 'libs/domain/goals/uses-node.ts', 'node:crypto'),
  plant('layer-application', 'libs/application/goals/commands/uses-adapters.ts', '#adapters/goals/clean'),
  plant('layer-application', 'libs/application/goals/commands/uses-package.ts', '@nestjs/common'),
  plant('layer-application', 'libs/application/goals/commands/uses-node.ts', 'node:fs'),
  plant('layer-adapters', 'libs/adapters/goals/http/uses-infrastructure.ts', '#infrastructure/clean'),
  plant('layer-adapters', 'libs/adapters/goals/persistence/uses-migrations.ts', '#migrations/clean'),
  plant('layer-infrastructure', 'libs/infrastructure/uses-tests.ts', '../../test/support/clean'),
  plant('context-shared', 'libs/domain/shared/uses-a-context.ts', '#domain/goals/clean'),
  plant('context-identity', 'libs/application/identity/uses-goals.ts', '#application/goals/contract'),
  plant('context-goals', 'libs/application/goals/uses-tasks.ts', '#application/tasks/contract'),
  plant('context-goals', 'libs/domain/goals/uses-identity.ts', '#domain/identity/clean'),
  plant('context-workflows', 'libs/adapters/workflows/uses-goals.ts', '#application/goals/contract'),
  plant('context-tasks', 'libs/application/tasks/uses-beside-the-contract.ts', '#application/goals/commands/clean'),
  plant('context-tasks', 'libs/adapters/tasks/uses-workflows.ts', '#application/workflows/contract'),
  plant('context-notifications', 'libs/adapters/notifications/uses-adapters-of-goals.ts', '#adapters/goals/clean'),
  plant('migrations-stand-alone', 'migrations/uses-domain.ts', '#domain/goals/clean'),
  plant('apps-are-entry-points', 'libs/infrastructure/uses-an-app.ts', '../../apps/api/main'),
  plant('tests-stay-outside', 'apps/worker/uses-tests.ts', '../../test/support/clean'),
  plant('no-circles', 'libs/domain/goals/circle-a.ts', '#domain/goals/circle-b'),
  plant('no-relative-import-across-folders', 'libs/domain/goals/climbs.ts', '../shared/clean'),
  plant('no-relative-import-across-folders', 'libs/application/goals/descends.ts', './commands/clean'),
  plant('no-relative-import-across-folders', 'apps/api/climbs.ts', '../../libs/infrastructure/clean'),
  plant('tests-import-libs-by-layer', 'test/unit/climbs.spec.ts', '../../libs/domain/goals/clean'),
  plant('imports-exist', 'libs/domain/goals/leads-nowhere.ts', '#domain/goals/nothing-here'),
];

/** File -> what it imports: all of it allowed. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'libs/domain/shared/clean.ts': [],
  'libs/domain/identity/clean.ts': [],
  'libs/domain/goals/sibling.ts': [],
  // The other half of the planted circle: a circle is reported once.
  'libs/domain/goals/circle-b.ts': ['#domain/goals/circle-a'],
  'libs/domain/goals/clean.ts': ['./sibling', '#domain/shared/clean'],
  'libs/application/shared/clean.ts': ['#domain/shared/clean'],
  'libs/application/identity/contract.ts': [],
  'libs/application/goals/contract.ts': ['#application/identity/contract'],
  'libs/application/workflows/contract.ts': ['#application/identity/contract'],
  'libs/application/tasks/contract.ts': ['#application/goals/contract', '#application/identity/contract'],
  'libs/application/goals/commands/clean.ts': ['@nestjs/cqrs', '#domain/goals/clean', '#application/goals/contract'],
  'libs/application/notifications/clean.ts': [
    '#application/goals/contract',
    '#application/tasks/contract',
    '#application/workflows/contract',
    '#application/identity/contract',
  ],
  'libs/adapters/goals/clean.ts': [
    'typeorm',
    'node:crypto',
    '#application/goals/commands/clean',
    '#domain/goals/clean',
  ],
  'libs/adapters/tasks/clean.ts': ['#application/goals/contract', '#application/shared/clean'],
  'libs/infrastructure/clean.ts': ['ioredis', '#adapters/goals/clean', '#domain/goals/clean', '#migrations/clean'],
  'migrations/clean.ts': ['typeorm'],
  'apps/api/main.ts': ['#infrastructure/clean'],
  'test/support/clean.ts': ['#infrastructure/clean'],
  'test/unit/clean.spec.ts': ['../support/clean', '#domain/goals/clean'],
};

const asSource = (imports: readonly string[]): string =>
  [...imports.map((from, n) => `import type * as used${n} from '${from}';`), 'export {};'].join('\n');

const sources = Object.fromEntries([
  ...Object.entries(ALLOWED).map(([file, imports]) => [file, asSource(imports)]),
  ...PLANTED.map(({ file, imports }) => [file, asSource([imports])]),
]) as Record<string, string>;

const COPIED = ['package.json', 'tsconfig.json', 'architecture.mjs', '.dependency-cruiser.mjs'];

describe('the rules of architecture.mjs', () => {
  let tree: PlantedTree;
  let rules: readonly string[];
  let violations: readonly Violation[];

  beforeAll(async () => {
    tree = await plantTree(COPIED, sources);
    ({ rules, violations } = await cruise(tree.root));
  }, 60_000);

  afterAll(() => tree.remove());

  it.each(PLANTED)('$rule catches $file', ({ rule, file }) => {
    expect(violations.filter((violation) => violation.from === file).map((violation) => violation.rule)).toContain(
      rule,
    );
  });

  it('have a planted violation each', () => {
    expect(rules.filter((rule) => !PLANTED.some((planted) => planted.rule === rule))).toEqual([]);
  });

  it('let everything pass that is allowed', () => {
    expect(violations.filter(({ from }) => from in ALLOWED)).toEqual([]);
  });
});
