import type { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import { Database } from '#adapters/shared/persistence/database';

export interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

interface Explanation {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: Plan }];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Every node of the plan by which a statement is answered, as it went. */
export const explain = async (client: Client, sql: string, parameters: readonly unknown[] = []): Promise<Plan[]> => {
  const { rows } = await client.query<Explanation>(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, [
    ...parameters,
  ]);
  return nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
};

export const kindsOf = (nodes: readonly Plan[]): string[] => nodes.map((node) => node['Node Type']);

export const indexesOf = (nodes: readonly Plan[]): string[] => nodes.flatMap((node) => node['Index Name'] ?? []);

/** Rows that were looked at, kept or not: of one table or of all. */
export const readBy = (nodes: readonly Plan[], table?: string): number =>
  nodes
    .filter(({ 'Relation Name': name }) => name !== undefined && (table === undefined || name === table))
    .reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    );

/** Answers each statement, and keeps the plan by which it was answered. */
export class Explained extends Database {
  /** The nodes of each statement's plan, in the order of the statements. */
  readonly plans: Plan[][] = [];

  constructor(private readonly client: Client) {
    super();
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    this.plans.push(await explain(this.client, sql, parameters));
    return (await this.client.query<Row & object>(sql, [...parameters])).rows;
  }

  prepared<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.query(sql, parameters);
  }

  peek(): Promise<never> {
    throw new Error('lists are of one tenant');
  }

  atCommit(): void {
    throw new Error('lists write nothing');
  }

  narrow(): Promise<void> {
    throw new Error('lists are of one tenant');
  }

  entities(): Promise<EntityManager> {
    throw new Error('lists need none');
  }

  changed(): void {
    throw new Error('lists change nothing');
  }

  announce(): void {
    throw new Error('lists change nothing');
  }

  afterCommit(): void {
    throw new Error('nothing here waits for a commit');
  }

  get indexes(): string[] {
    return indexesOf(this.plans.flat());
  }

  get kinds(): string[] {
    return kindsOf(this.plans.flat());
  }
}

/** Has the search of a table's words run with its own rights, and answers the plan of what is inside. */
export const explainSearch = async (
  superuser: Client,
  name: string,
  tenant: string,
  words: string,
): Promise<Plan[]> => {
  const { rows } = await superuser.query<{ body: string }>('SELECT prosrc AS body FROM pg_proc WHERE proname = $1', [
    name,
  ]);
  const body = rows[0]!.body.replace('= tenant', `= '${tenant}'`).replace('words)', `'${words}')`).replace(';', '');
  await superuser.query('BEGIN');
  await superuser.query('SET LOCAL ROLE goal_search');
  const nodes = await explain(superuser, body);
  await superuser.query('ROLLBACK');
  return nodes;
};
