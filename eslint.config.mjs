import tseslint from 'typescript-eslint';
import { noIgnoredResult } from './test/architecture/lint/no-ignored-result.mjs';

const lines = (max) => ({ max, skipBlankLines: true, skipComments: true });

/** What a pure layer must not reach for: it comes in as an argument or through a port. */
const impureGlobals = [
  'process',
  'crypto',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'console',
].map((name) => ({ name, message: 'Domain and application do no I/O; take it through a port (docs/adr/0001).' }));

const TIME = 'Time is an argument: take `now` from the caller or the clock port (docs/adr/0004).';
const clockCalls = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TIME },
  { selector: "CallExpression[callee.name='Date']", message: TIME },
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: TIME },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Chance is an argument, like time (docs/adr/0004).',
  },
];

const BARREL = 'No barrels: import from the file that declares it (docs/adr/0005).';
const barrels = [
  { selector: 'ExportAllDeclaration', message: BARREL },
  { selector: 'ExportNamedDeclaration[source]', message: BARREL },
];

const tryInHandlers = {
  selector: 'TryStatement',
  message: 'A use case answers with a Result; what it cannot foresee passes through (docs/adr/0002).',
};

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.local/', 'node_modules/'] },
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { local: { rules: { 'no-ignored-result': noIgnoredResult } } },
    rules: {
      'local/no-ignored-result': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', lines(250)],
      'max-lines-per-function': ['error', lines(30)],
      'no-restricted-syntax': ['error', ...barrels],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Ports are abstract classes, and those who fill them may implement instead of extend.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // What a port promises may be a promise although this one answer is at hand.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['libs/domain/**/*.ts', 'libs/application/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-syntax': ['error', ...barrels, ...clockCalls],
    },
  },
  {
    files: ['libs/application/**/{commands,queries}/**/*.ts'],
    rules: {
      'max-lines': ['error', lines(60)],
      'no-restricted-syntax': ['error', ...barrels, ...clockCalls, tryInHandlers],
    },
  },
  { files: ['apps/*/main.ts'], rules: { 'max-lines': ['error', lines(40)] } },
  {
    files: ['test/**/*.ts', 'migrations/**/*.ts'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A fake's method may be handed to `expect` without being called.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
