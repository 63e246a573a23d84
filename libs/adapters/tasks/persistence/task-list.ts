import type { PageRequest } from '#application/shared/listing';
import type { ListSource } from '#adapters/shared/persistence/listed';
import { GOAL_LETS, isOpenTask } from '#adapters/tasks/persistence/task-sql';

const PRIORITY_RANK = `CASE t.priority WHEN 'low' THEN '1' WHEN 'medium' THEN '2' WHEN 'high' THEN '3' ELSE '4' END`;

const SORTED = {
  created_at: 't.created_at',
  updated_at: 't.updated_at',
  title: 't.title',
  priority: PRIORITY_RANK,
  due_date: 't.due_date',
  percent_complete: 't.percent_complete',
};

const WORDS = ['status', 'priority'];
const IDS = ['goal_id', 'parent_task_id', 'assigned_to', 'owner_id'];

const FILTERED: ListSource['filtered'] = {
  ...Object.fromEntries(WORDS.map((name) => [name, (values: string) => `t.${name} = ANY (${values})`])),
  ...Object.fromEntries(IDS.map((name) => [name, (values: string) => `t.${name} = ANY (${values}::uuid[])`])),
  due_before: (values) => `t.due_date < (${values}::timestamptz[])[1]`,
  tag: (values) => `t.id IN (SELECT g.task_id FROM task_tags g WHERE g.tenant_id = $1 AND g.tag = ANY (${values}))`,
  q: (values) => `t.id IN (SELECT search_tasks($1, (${values}::text[])[1]))`,
};

/**
 * Whether task `t` waits for another one. `OFFSET 0` has that looked up by key for each task that comes into question; what the
 * other one must be is asked outside, where it tempts to no partial index (ADR 0030, ADR 0053).
 */
const WAITS = `EXISTS (SELECT FROM task_dependencies e,
  LATERAL (SELECT p.status, p.deleted_at FROM tasks p WHERE p.tenant_id = $1 AND p.id = e.depends_on_id OFFSET 0) p
  WHERE e.tenant_id = $1 AND e.task_id = t.id AND ${isOpenTask('p')} OFFSET 0)`;

/** What is asked, by the answer that is wanted. */
const BLOCKED: Readonly<Record<string, string>> = {
  true: `(t.status = 'blocked' OR ${WAITS})`,
  false: `t.status <> 'blocked' AND NOT ${WAITS}`,
};
const READY: Readonly<Record<string, string>> = {
  true: `t.status = 'todo' AND NOT ${WAITS} AND ${GOAL_LETS}`,
  false: `(t.status <> 'todo' OR ${WAITS} OR NOT ${GOAL_LETS})`,
};

/** The list of tasks in SQL. What it reads is the ids: what a page shows is read for that page alone. */
export const taskList = (
  tenantId: string,
  page: PageRequest,
): { readonly source: ListSource; readonly request: PageRequest } => {
  const { is_blocked: blocked, is_ready: ready, ...filters } = page.filters;
  const parameters: unknown[] = [tenantId];
  const where = ['t.tenant_id = $1', `t.deleted_at IS ${page.deletedOnly ? 'NOT NULL' : 'NULL'}`];
  for (const condition of [BLOCKED[blocked?.[0] ?? ''], READY[ready?.[0] ?? '']]) if (condition) where.push(condition);
  for (const name of IDS) {
    const [only, ...others] = filters[name] ?? [];
    if (only === undefined || others.length > 0) continue;
    // One alone is compared by itself: the index that finds it then gives the order too.
    where.push(`t.${name} = $${String(parameters.push(only))}::uuid`);
    Reflect.deleteProperty(filters, name);
  }
  return {
    source: {
      from: 'tasks t',
      columns: 't.id AS id',
      where,
      parameters,
      id: 't.id',
      sorted: SORTED,
      filtered: FILTERED,
    },
    request: { ...page, filters },
  };
};
