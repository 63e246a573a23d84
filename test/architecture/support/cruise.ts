import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { join } from 'node:path';

/** The folders that the rules of `architecture.mjs` speak of. */
const CRUISED = ['apps', 'libs', 'migrations', 'test'];

/** One import that breaks one rule. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

interface Report {
  readonly summary: {
    readonly violations: readonly { from: string; to: string; rule: { name: string } }[];
    readonly totalCruised: number;
    readonly ruleSetUsed: { readonly forbidden: readonly { name: string }[] };
  };
}

const DEPCRUISE = join(process.cwd(), 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

/** Runs the project's own rules over a tree: what they found, how many files they saw, and the names of all rules. */
export const cruise = async (root: string) => {
  const folders = CRUISED.filter((name) => existsSync(join(root, name)));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [DEPCRUISE, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders],
    { cwd: root, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
  );
  const { summary } = JSON.parse(stdout) as Report;
  const violations = summary.violations.map(({ rule, from, to }): Violation => ({ rule: rule.name, from, to }));
  return { violations, files: summary.totalCruised, rules: summary.ruleSetUsed.forbidden.map(({ name }) => name) };
};
