import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A figure of one run; `ratio`: to what it is held against in the same run, the only thing worth comparing between machines. */
interface Figure {
  readonly value: string;
  readonly ratio?: number;
}

const LAST = join(process.cwd(), 'docs/bench.json');
const NOW = join(process.cwd(), '.local/bench.json');

const figures: Record<string, Figure> = {};

/** The figures of a run by the name of the line. */
const read = (file: string): Readonly<Record<string, Figure | undefined>> => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Figure>;
  } catch {
    return {};
  }
};

/** One line of the table: what, the figure, the ratio to what it is held against, and that of the committed run. */
export const row = (name: string, value: string, ratio = ''): void => {
  const number = Number.parseFloat(ratio);
  figures[name] = Number.isNaN(number) ? { value } : { value, ratio: number };
  const before = read(LAST)[name]?.ratio;
  const was = before === undefined ? '' : before.toFixed(2);
  process.stdout.write(`| ${name.padEnd(62)} | ${value.padStart(14)} | ${ratio.padStart(8)} | ${was.padStart(6)} |\n`);
};

/** A run begins: what the one before has left is not part of it. */
export const forget = (): void => {
  rmSync(NOW, { force: true });
};

/**
 * Leaves the figures of this run in `.local/bench.json`, and of what it did not measure those that are committed; copied to
 * `docs/bench.json`, they are what the next one is held against.
 */
export const keep = (): void => {
  mkdirSync(dirname(NOW), { recursive: true });
  writeFileSync(NOW, `${JSON.stringify({ ...read(LAST), ...read(NOW), ...figures }, null, 1)}\n`);
};

export const percentile = (values: readonly number[], percent: number): number =>
  [...values].sort((one, other) => one - other)[Math.ceil((percent / 100) * values.length) - 1] ?? 0;

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

export const times = (value: number): string => `${value.toFixed(2)} x`;
