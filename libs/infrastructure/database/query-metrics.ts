import { Client } from 'pg';
import { Histogram } from 'prom-client';

const duration = new Histogram({
  name: 'db_query_duration_seconds',
  help: 'From sending a statement to its answer, by what it does.',
  labelNames: ['operation'],
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

/** The most that a statement does, whatever it begins with: one that writes is named after that. */
const WORDS = /\b(insert|update|delete|select|begin|commit|rollback|savepoint|set)\b/gi;
const LOCKS = /\bfor (no key )?update\b/gi;
const RANK = ['insert', 'update', 'delete', 'select'];

const known = new Map<string, string>();
const MOST_KNOWN = 2000;

export const operationOf = (sql: string): string => {
  const seen = known.get(sql);
  if (seen !== undefined) return seen;
  const words = [...sql.replaceAll(LOCKS, '').matchAll(WORDS)].map(([word]) => word.toLowerCase());
  const operation = RANK.find((word) => words.includes(word)) ?? words[0] ?? 'other';
  if (known.size < MOST_KNOWN) known.set(sql, operation);
  return operation;
};

type Query = (this: Client, ...parameters: readonly unknown[]) => unknown;

/** Times every statement of a connection, TypeORM's too. */
export const timed = (client: Client): void => {
  client.query = ((...parameters: readonly unknown[]) => {
    const [first] = parameters as [string | { readonly text?: string }];
    const sql = typeof first === 'string' ? first : (first.text ?? '');
    const stop = duration.startTimer({ operation: operationOf(sql) });
    // `query` has many shapes; whichever is meant, the answer is a promise or somebody is called back.
    const answer = (Client.prototype.query as Query).call(client, ...parameters);
    const end = (): void => void stop();
    if (answer instanceof Promise) answer.then(end, end);
    return answer;
  }) as typeof client.query;
};
