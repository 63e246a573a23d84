import type { EntitySchema, EntitySchemaColumnOptions, ObjectLiteral } from 'typeorm';
import type { Versioned } from '#domain/shared/aggregate';

/** A statement with its parameters. */
export interface Write {
  /** Its text is one of few, and worth to be planned once. */
  readonly isFixed?: true;
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

interface Columns {
  readonly table: string;
  readonly insert: string;
  readonly all: readonly (readonly [field: string, column: string, isJson: boolean])[];
}

const known = new WeakMap<object, Columns>();

/** What a schema says of its table, read once; TypeORM's own builders read it anew for every row. */
const columnsOf = <S extends ObjectLiteral>(schema: EntitySchema<S>): Columns => {
  const before = known.get(schema);
  if (before) return before;
  const { name: table, columns } = schema.options;
  const all = Object.entries(columns as Record<string, EntitySchemaColumnOptions>).map(
    ([field, { name = field, type }]) => [field, name, type === 'jsonb'] as const,
  );
  const places = all.map((_, n) => `$${String(n + 1)}`);
  const insert = `INSERT INTO ${table} (${all.map(([, column]) => column).join(', ')}) VALUES (${places.join(', ')})
    RETURNING id`;
  const made = { table, insert, all };
  known.set(schema, made);
  return made;
};

const valueOf = <S extends ObjectLiteral>(row: Partial<S>, field: string, isJson: boolean): unknown =>
  isJson ? JSON.stringify(row[field]) : row[field];

/** The same text for every row of a schema, so that PostgreSQL plans it once. */
export const insertOf = <S extends ObjectLiteral>(schema: EntitySchema<S>, row: S): Write => {
  const { insert, all } = columnsOf(schema);
  return { isFixed: true, sql: insert, parameters: all.map(([field, , isJson]) => valueOf(row, field, isJson)) };
};

/** Writes some fields of a row where it still has the version that was read; answers a row then, and none otherwise. */
export const updateOf = <S extends Versioned & ObjectLiteral>(
  schema: EntitySchema<S>,
  { tenantId, id, version }: Versioned,
  changed: Partial<S>,
): Write => {
  const { table, all } = columnsOf(schema);
  const written = all.filter(([field]) => field in changed);
  const assignments = written.map(([, column], n) => `${column} = $${String(n + 4)}`).join(', ');
  return {
    sql: `UPDATE ${table} SET ${assignments} WHERE tenant_id = $1 AND id = $2 AND version = $3 RETURNING id`,
    parameters: [tenantId, id, version, ...written.map(([field, , isJson]) => valueOf(changed, field, isJson))],
  };
};
