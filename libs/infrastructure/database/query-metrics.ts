import { Client } from 'pg';
import { Histogram } from 'prom-client';
import { operationOf } from '#infrastructure/database/operation';

const duration = new Histogram({
  name: 'db_query_duration_seconds',
  help: 'From sending a statement to its answer, by what it does.',
  labelNames: ['operation'],
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

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
