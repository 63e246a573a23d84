import type { PageRequest } from '#application/shared/listing';
import type { ListSource } from '#adapters/shared/persistence/listed';
import { healthSql } from '#adapters/goals/persistence/health-sql';
import { SHOWN_PERCENTAGE } from '#adapters/goals/persistence/goal-columns';

const PRIORITY_RANK = `CASE g.priority WHEN 'low' THEN '1' WHEN 'medium' THEN '2' WHEN 'high' THEN '3' ELSE '4' END`;

const SORTED = {
  created_at: 'g.created_at',
  updated_at: 'g.updated_at',
  name: 'g.name',
  priority: PRIORITY_RANK,
  start_date: 'g.start_date',
  target_date: 'g.target_date',
  progress_percentage: SHOWN_PERCENTAGE,
};

const WORDS = [
  'status',
  'goal_type',
  'priority',
  'risk_level',
  'strategic_alignment',
  'business_value',
  'assessment_status',
  'category',
];
const IDS = ['owner_id', 'stakeholder_id', 'business_actor_id', 'origin_driver_id', 'parent_goal_id'];

const first = (values: string) => `(${values}::integer[])[1]`;

/** The percentages shown are bounded where their ten-thousandths are: 100 is shown only for 100, and 99 for all just below. */
const FILTERED: ListSource['filtered'] = {
  ...Object.fromEntries(WORDS.map((name) => [name, (values: string) => `g.${name} = ANY (${values})`])),
  ...Object.fromEntries(IDS.map((name) => [name, (values: string) => `g.${name} = ANY (${values}::uuid[])`])),
  q: (values) => `g.id IN (SELECT search_goals($1, (${values}::text[])[1]))`,
  tag: (values) => `g.id IN (SELECT t.goal_id FROM goal_tags t WHERE t.tenant_id = $1 AND t.tag = ANY (${values}))`,
  min_progress: (values) =>
    `g.progress >= CASE ${first(values)} WHEN 100 THEN 1000000 ELSE ${first(values)} * 10000 - 5000 END`,
  max_progress: (values) =>
    `g.progress < CASE ${first(values)} WHEN 100 THEN 1000001 WHEN 99 THEN 1000000 ELSE ${first(values)} * 10000 + 5000 END`,
};

/** The list of goals in SQL; `now` is taken along only where a filter hangs on the clock. */
export const goalList = (
  tenantId: string,
  page: PageRequest,
  now: Date,
  columns: string,
): { readonly source: ListSource; readonly request: PageRequest } => {
  const {
    due_within_days: days,
    health,
    linked_element_id: elements,
    linked_element_type: types,
    ...filters
  } = page.filters;
  const parameters: unknown[] = [tenantId];
  const bind = (value: unknown): string => `$${String(parameters.push(value))}`;
  const where = ['g.tenant_id = $1', `g.deleted_at IS ${page.deletedOnly ? 'NOT NULL' : 'NULL'}`];
  if (days) where.push(dueWithin(bind(now), bind(days[0])));
  if (health) where.push(`${healthSql(bind(now))} = ANY (${bind(health)})`);
  if (elements ?? types) where.push(linkedTo(elements && bind(elements), types && bind(types)));
  return {
    source: { from: 'goals g', columns, where, parameters, id: 'g.id', sorted: SORTED, filtered: FILTERED },
    request: { ...page, filters },
  };
};

const dueWithin = (now: string, days: string): string =>
  `g.status IN ('draft', 'active', 'on_hold') AND g.target_date >= ${now}::timestamptz
   AND g.target_date <= ${now}::timestamptz + ${days}::integer * interval '24 hours'`;

/** One link must have both. */
const linkedTo = (elements?: string, types?: string): string =>
  `g.id IN (SELECT l.goal_id FROM goal_links l WHERE ${[
    'l.tenant_id = $1',
    ...(elements === undefined ? [] : [`l.linked_element_id = ANY (${elements}::uuid[])`]),
    ...(types === undefined ? [] : [`l.linked_element_type = ANY (${types})`]),
  ].join(' AND ')})`;
