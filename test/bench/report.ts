/** One line of the table: what, the figure, and the ratio to what it is held against. */
export const row = (name: string, value: string, ratio = ''): void => {
  process.stdout.write(`| ${name.padEnd(58)} | ${value.padStart(14)} | ${ratio.padStart(8)} |\n`);
};

export const percentile = (sorted: readonly number[], percent: number): number =>
  sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

export const times = (value: number): string => `${value.toFixed(2)} x`;
