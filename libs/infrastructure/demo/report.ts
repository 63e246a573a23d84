import { WAYS_IN } from '#infrastructure/demo/month';
import type { Line, Listener, Outcome } from '#infrastructure/demo/replay';

const HEAD = ['workflow', 'goals', 'enrolled', 'achieved', 'conversion', 'median time to goal'];

const count = (number: number): string => number.toLocaleString('en-US');

/** A table, one line a workflow. The same seed gives the same table. */
export const tableOf = (lines: readonly Line[]): string => {
  const rows = [HEAD, ...lines.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const isText = (column: number): boolean => column < 2;
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
};

const cellsOf = ({ workflow, ...numbers }: Line): string[] => [
  workflow.name,
  workflow.goals.map(({ goal_type }) => goal_type).join(workflow.goal_logic === 'all' ? ' + ' : ' | '),
  count(numbers.total_enrolled),
  count(numbers.goals_achieved),
  numbers.conversion_rate === null ? '-' : `${numbers.conversion_rate.toFixed(1)} %`,
  numbers.median_time_to_goal_hours === null ? '-' : `${numbers.median_time_to_goal_hours.toFixed(1)} h`,
];

/** How much went which way, and how fast it was decided: the one line that differs from run to run. */
export const speedOf = ({ month: { messages }, seconds }: Outcome): string => {
  const ways = WAYS_IN.map((way) => `${way} ${count(messages.filter((message) => message.way === way).length)}`);
  const rate = count(Math.round(messages.length / seconds));
  return `${count(messages.length)} messages (${ways.join(', ')}) decided in ${seconds.toFixed(1)} s: ${rate} events/s`;
};

/** Shows progress as a bar on a terminal, and as a line every tenth elsewhere. */
export const progress = (out: NodeJS.WriteStream): Listener => {
  let tenths = 0;
  return {
    said: (what) => void out.write(`${what}\n`),
    sent: (sent, of) => {
      const share = sent / of;
      const text = `${String(Math.floor(share * 100)).padStart(3)} %  ${count(sent)} of ${count(of)} messages sent`;
      if (out.isTTY) {
        out.write(`\r[${'#'.repeat(Math.floor(share * 30)).padEnd(30, '.')}] ${text}${sent === of ? '\n' : ''}`);
      } else if (Math.floor(share * 10) > tenths) {
        tenths = Math.floor(share * 10);
        out.write(`${text}\n`);
      }
    },
  };
};
