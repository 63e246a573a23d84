/**
 * `npm test` (everything) and `npm run check` (what is quick). Prints each step as it ends, what failed, and at the very end
 * one line `N passed, N failed`: every test counts as one, and so does every other step.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';

const quick = process.argv[2] === 'check';
const bin = (path) => `node_modules/${path}`;
/** Told to the tests: `dist` is up to date, and suites run in groups. */
const env = quick ? process.env : { ...process.env, TEST_BUILT: 'true', TEST_TOGETHER: 'true' };
const RESULTS = '.local/test/jest.json';
const STEP_MINUTES = 15;

const running = new Set();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    for (const child of running) child.kill(signal);
  });
}

/** Runs a Node program to its end; what it prints is collected, and shown at once when `live`. */
const run = (args, { live = false } = {}) =>
  new Promise((resolve) => {
    if (interrupted) return resolve({ ok: false, output: 'interrupted', seconds: 0 });
    const started = Date.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    running.add(child);
    const limit = setTimeout(() => child.kill('SIGKILL'), STEP_MINUTES * 60_000);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (live) process.stdout.write(text);
      });
    }
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      running.delete(child);
      if (signal) output += `\nended by ${signal}\n`;
      resolve({ ok: code === 0, output, seconds: (Date.now() - started) / 1000 });
    });
  });

const tally = { passed: 0, failed: [] };

const report = (name, ok, note) => {
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}${note ? `  (${note})` : ''}`);
};

const count = (name, ok) => {
  if (ok) tally.passed += 1;
  else tally.failed.push(name);
};

const step = async (name, args) => {
  const { ok, output, seconds } = await run(args);
  report(name, ok, `${seconds.toFixed(1)} s`);
  if (!ok) console.log(output.trimEnd());
  count(name, ok);
};

/** The types of everything, and with them `dist`, which some tests run. */
const build = () => step('types', [bin('typescript-7/bin/tsc'), '--pretty']);

// The cache knows files, not the types they import from others: good for the moment, not for the last word.
const lint = () =>
  step('lint', [
    ...[bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
    ...(quick ? ['--cache', '--cache-location', '.local/eslint/'] : []),
  ]);

const format = () =>
  step('format', [
    ...[bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '**/*.{ts,mjs,cjs}'],
    ...['--cache', '--cache-location', '.local/test/prettier'],
  ]);

/** Jest's own account of the run, or `null` when it did not come that far. */
const jestResults = () => {
  try {
    return JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return null;
  }
};

/** In a group each suite stands under its own path. */
const fileOf = (suite, test) =>
  test.ancestorTitles.find((title) => title.endsWith('.spec.ts')) ?? relative('.', suite.name);

const reportProjects = (suites) => {
  const tests = suites.flatMap((suite) =>
    suite.assertionResults.map((test) => ({ ...test, project: fileOf(suite, test).split(/[\\/]/)[1] })),
  );
  for (const project of new Set(tests.map((test) => test.project))) {
    const having = (...status) =>
      tests.filter((test) => test.project === project && status.includes(test.status)).length;
    const skipped = having('pending', 'todo', 'skipped', 'disabled');
    report(
      project,
      having('failed') === 0,
      `${having('passed')} passed, ${having('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`,
    );
  }
};

const countTests = (suites) => {
  for (const suite of suites) {
    const file = relative('.', suite.name);
    const judged = suite.assertionResults.filter((test) => ['passed', 'failed'].includes(test.status));
    for (const test of judged) count(`${fileOf(suite, test)}: ${test.title}`, test.status === 'passed');
    if (suite.status === 'failed' && judged.every((test) => test.status === 'passed')) {
      count(`${file}: does not run`, false);
      console.log(suite.message);
    }
  }
};

/** Jest says of each layer that misses its threshold: `Jest: Coverage for …`. */
const reportCoverage = (output) => {
  const tooLow = output.split('\n').filter((line) => line.startsWith('Jest: '));
  report('coverage', tooLow.length === 0);
  for (const line of tooLow) console.log(`      ${line.slice('Jest: '.length)}`);
  count('coverage', tooLow.length === 0);
};

/** The source condition lets the global setup, which Node itself loads, import `#layer/…` from the sources too. */
const jest = async () => {
  rmSync(RESULTS, { force: true });
  const { ok, output } = await run(
    [
      // Each suite loads the whole service anew: most of it is young and soon forgotten.
      ...['-C', 'source', '--max-semi-space-size=64'],
      ...[bin('jest/bin/jest.js'), '--json', '--outputFile', RESULTS, '--silent'],
      // Two more than there are cores: some suites wait more than they work.
      ...['--maxWorkers', String(availableParallelism() + 2)],
      ...(quick ? ['--selectProjects', 'unit', 'architecture'] : ['--coverage']),
    ],
    { live: !quick },
  );
  const results = jestResults();
  if (quick && !ok) console.log(output.trimEnd());
  if (!results?.numTotalTests) return count('the tests did not run', false);
  reportProjects(results.testResults);
  countTests(results.testResults);
  if (!quick) reportCoverage(output);
  if (!ok && tally.failed.length === 0) count('Jest did not end well', false);
};

mkdirSync('.local/test', { recursive: true });
if (quick) await Promise.all([build(), lint(), format(), jest()]);
else await Promise.all([lint(), build().then(() => Promise.all([format(), jest()]))]);

for (const name of tally.failed) console.log(`failed: ${name}`);
console.log(`${tally.passed} passed, ${tally.failed.length} failed`);
process.exitCode = tally.failed.length > 0 ? 1 : 0;
