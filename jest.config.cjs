const { readdirSync } = require('node:fs');
const { join } = require('node:path');

/** What every project has in common: SWC with decorators, and the `#layer/…` imports answered from the sources. */
const common = {
  // One for all projects and their groups: what one has compiled, the others need not.
  id: 'goal-service',
  rootDir: __dirname,
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons', 'require', 'default'] },
  moduleFileExtensions: ['ts', 'js', 'json'],
  setupFiles: ['reflect-metadata'],
  transform: {
    '\\.ts$': [
      '<rootDir>/test/support/transform.cjs',
      {
        swcrc: false,
        sourceMaps: true,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  cacheDirectory: '<rootDir>/.local/jest',
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.local/'],
};

/** Real PostgreSQL and Redis, started once a run and only when one of these projects runs. */
const servers = {
  globalSetup: join(__dirname, 'test/support/servers/global-setup.ts'),
  globalTeardown: join(__dirname, 'test/support/servers/global-teardown.ts'),
};

const project = (name, more = {}) => ({
  ...common,
  ...more,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.spec.ts`],
});

/** In how many files `npm test` runs the suites of a project, instead of each in its own (`test/support/together.ts`). */
const GROUPS = { e2e: 9, integration: 5, contracts: 2, unit: 2 };

const inGroups = ({ displayName, ...own }) => {
  const suites = readdirSync(join(__dirname, 'test', displayName), { recursive: true })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => `test/${displayName}/${file}`);
  return Array.from({ length: GROUPS[displayName] }, (_, group) => ({
    ...own,
    displayName,
    testMatch: ['<rootDir>/test/support/together.ts'],
    globals: { SUITES: suites.filter((_suite, n) => n % GROUPS[displayName] === group) },
  }));
};

const grouped = (one) => (process.env.TEST_TOGETHER && one.displayName in GROUPS ? inGroups(one) : [one]);

const least = (percent) => ({ statements: percent, branches: percent, functions: percent, lines: percent });

module.exports = {
  // Jest has one limit for all projects; it ends what hangs, and says nothing about speed.
  testTimeout: 90_000,
  // Jest takes groups from the end: what waits most first, so that no core is idle at last.
  projects: [
    project('unit'),
    project('architecture'),
    project('contracts', servers),
    project('integration', servers),
    project('e2e', servers),
  ].flatMap(grouped),
  coverageProvider: 'babel',
  coverageDirectory: 'coverage',
  coverageReporters: [['text', { skipFull: true }], 'lcovonly', 'json-summary'],
  // The embedded servers run in Jest's own process, before any test: nothing there can be counted.
  collectCoverageFrom: ['libs/**/*.ts', '!libs/infrastructure/local/**'],
  coverageThreshold: {
    './libs/domain/': least(100),
    './libs/application/': least(95),
    './libs/adapters/': least(85),
    './libs/infrastructure/': least(70),
  },
};
