import { Injectable } from '@nestjs/common';
import type { ContactEvent, EventFacts } from '#domain/workflows/contact-event';
import { matches, type Criteria } from '#domain/workflows/criteria';
import type { ActiveWorkflow, OpenEnrollment } from '#domain/workflows/decide';
import { EVENT_TYPE_OF, type EventType, type GoalType } from '#domain/workflows/goal-type';
import type { ActiveGoals } from '#application/workflows/ports/active-goals';
import { Database } from '#adapters/shared/persistence/database';
import { ACTIVE_GOAL, workflowsOf, type ActiveGoalRow } from '#adapters/workflows/persistence/active-goal-rows';
import { GoalChanges } from '#adapters/workflows/persistence/goal-changes';

interface Asked {
  readonly goalType: GoalType;
  readonly criteria: Criteria;
}

/** What one event type must carry to reach a goal of one tenant: one of the values, or what an open goal asks for. */
interface Reachable {
  readonly values: Set<string>;
  readonly open: Asked[];
}

interface TenantGoals {
  /** The transaction that had changed them last, when they were loaded. */
  readonly changedIn: number;
  readonly reachable: Map<EventType, Reachable>;
  /** Those that were asked for since these were loaded; `null`: not active, or without active goals. */
  readonly workflows: Map<string, ActiveWorkflow | null>;
}

interface GoalRow {
  readonly tenant_id: string;
  readonly goal_type: GoalType;
  readonly criteria: Criteria;
}

/** More goals than this without a value of their own are not tried one by one: the contact's enrollments tell sooner. */
const MOST_TRIED = 16;
/** A statement that answers so many is far from its time limit on any machine. */
const PAGE = 10_000;
const MOST_WORKFLOWS = 50_000;

/**
 * One copy a process. Asks the database what has changed, and replaces that tenant by tenant. Of a goal it keeps the value alone that
 * an event must carry, so that a million of them fit into memory (some hundred bytes each); whole workflows are there once an open
 * enrollment has asked for them.
 */
@Injectable()
export class ActiveGoalsIndex implements ActiveGoals {
  version = 0;
  private readonly tenants = new Map<string, TenantGoals>();
  private workflowsKept = 0;
  private readonly changes: GoalChanges;
  private loading: Promise<void> | undefined;

  constructor(private readonly db: Database) {
    this.changes = new GoalChanges(db);
  }

  async refresh(tenantIds: readonly string[]): Promise<ReadonlySet<string>> {
    const changedIn = await this.changes.look();
    // As of now: looks of other batches, which may have begun sooner, go on in the same map.
    const existing = new Map<string, number>();
    for (const id of tenantIds) {
      const at = changedIn.get(id);
      if (at !== undefined) existing.set(id, at);
    }
    const findStale = () => [...existing].filter(([id, at]) => this.tenants.get(id)?.changedIn !== at);
    let stale = findStale();
    // Batches beside this one want the same: one loads, and what it brings may do for all.
    while (stale.length > 0 && this.loading) {
      await this.loading.catch(() => undefined);
      stale = findStale();
    }
    if (stale.length > 0) {
      this.loading = this.load(new Map(stale), tenantIds);
      await this.loading.finally(() => (this.loading = undefined));
    }
    return new Set(existing.keys());
  }

  couldReach(event: ContactEvent): boolean {
    const reachable = this.tenants.get(event.tenantId)?.reachable.get(event.eventType);
    if (!reachable) return false;
    const { open, values } = reachable;
    if (open.length > MOST_TRIED || open.some(({ goalType, criteria }) => matches(goalType, criteria, event)))
      return true;
    return values.size > 0 && valuesOf(event.facts).some((value) => values.has(value));
  }

  async workflowsOf(enrollments: readonly OpenEnrollment[]): Promise<ReadonlyMap<string, ActiveWorkflow>> {
    const found = new Map<string, ActiveWorkflow>();
    const missing = new Map<string, string>();
    for (const { tenantId, workflowId } of enrollments) {
      const workflow = this.tenants.get(tenantId)?.workflows.get(workflowId);
      if (workflow) found.set(workflowId, workflow);
      else if (workflow === undefined) missing.set(workflowId, tenantId);
    }
    if (missing.size > 0) for (const [id, workflow] of await this.fetch(missing)) found.set(id, workflow);
    return found;
  }

  /**
   * A goal changed after the look is loaded as of the change before, and loaded again the next time. So is what a database that was
   * set back has.
   */
  private async load(stale: ReadonlyMap<string, number>, all: readonly string[]): Promise<void> {
    const loaded = new Map<string, TenantGoals>();
    for (const [tenantId, changedIn] of stale)
      loaded.set(tenantId, { changedIn, reachable: new Map(), workflows: new Map() });
    // As if nothing had been asked before.
    await this.db.narrow(all, { enable_seqscan: 'on', plan_cache_mode: 'auto' });
    const opened = this.db.query(GOALS, [[...stale.keys()]]);
    let next = this.page();
    await opened;
    for (let rows = await next; rows.length > 0; rows = await next) {
      // The database reads on while these are put away.
      next = this.page();
      for (const row of rows) put(loaded, row);
    }
    await this.db.query('CLOSE goals');
    for (const [tenantId, goals] of loaded) this.tenants.set(tenantId, goals);
    this.version += 1;
  }

  /** Its failure is found by whoever waits for it, and is none where nobody does any more. */
  private page(): Promise<GoalRow[]> {
    const rows = this.db.query<GoalRow>(`FETCH ${String(PAGE)} FROM goals`);
    rows.catch(() => undefined);
    return rows;
  }

  /**
   * Kept with the goals that were there before the look: where another batch has replaced those by then, what this one saw may be
   * older, and goes with them.
   */
  private async fetch(missing: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, ActiveWorkflow>> {
    if (this.workflowsKept + missing.size > MOST_WORKFLOWS) this.forgetWorkflows();
    const keep = new Map([...missing].map(([id, tenantId]) => [id, this.tenants.get(tenantId)]));
    const rows = await this.db.prepared<ActiveGoalRow>(WORKFLOWS, [[...missing.values()], [...missing.keys()]]);
    const found = workflowsOf(rows);
    for (const [id, tenant] of keep) tenant?.workflows.set(id, found.get(id) ?? null);
    this.workflowsKept += missing.size;
    return found;
  }

  private forgetWorkflows(): void {
    for (const { workflows } of this.tenants.values()) workflows.clear();
    this.workflowsKept = 0;
  }
}

const GOALS = `DECLARE goals NO SCROLL CURSOR FOR
  SELECT a.* FROM unnest($1::uuid[]) AS t (id),
  LATERAL (SELECT g.tenant_id, g.goal_type, g.criteria
           FROM workflow_goals g, LATERAL (SELECT FROM workflows WHERE tenant_id = g.tenant_id AND id = g.workflow_id
                                           AND status = 'active' AND deleted_at IS NULL OFFSET 0) w
           WHERE g.tenant_id = t.id AND g.is_active AND g.deleted_at IS NULL AND g.active_since IS NOT NULL OFFSET 0) a`;

const WORKFLOWS = `SELECT ${ACTIVE_GOAL}
  FROM unnest($1::uuid[], $2::uuid[]) AS k (tenant_id, workflow_id),
  LATERAL (SELECT goal_logic FROM workflows WHERE tenant_id = k.tenant_id AND id = k.workflow_id
           AND status = 'active' AND deleted_at IS NULL OFFSET 0) w,
  LATERAL (SELECT * FROM workflow_goals WHERE tenant_id = k.tenant_id AND workflow_id = k.workflow_id
           AND is_active AND deleted_at IS NULL AND active_since IS NOT NULL OFFSET 0) g`;

const put = (loaded: ReadonlyMap<string, TenantGoals>, { tenant_id, goal_type: goalType, criteria }: GoalRow): void => {
  const tenant = loaded.get(tenant_id);
  if (!tenant) return;
  const type = EVENT_TYPE_OF[goalType];
  const reachable = tenant.reachable.get(type) ?? { values: new Set<string>(), open: [] };
  tenant.reachable.set(type, reachable);
  const value = valueOf(criteria);
  if (value !== undefined) reachable.values.add(value);
  else if (reachable.open.length <= MOST_TRIED) reachable.open.push({ goalType, criteria });
};

/** The one value an event must carry to reach the goal, or none where any value may do (a pattern, an amount). */
const valueOf = (c: Criteria): string | undefined => {
  if (c.tag_id !== undefined) return `tag_id ${c.tag_id}`;
  if (c.tag_name !== undefined) return `tag_name ${c.tag_name}`;
  if (c.product_id !== undefined) return `product_id ${c.product_id}`;
  if (c.calendar_id !== undefined) return `calendar_id ${c.calendar_id}`;
  if (c.service_id !== undefined) return `service_id ${c.service_id}`;
  if (c.form_id !== undefined) return `form_id ${c.form_id}`;
  return c.stage_id === undefined ? undefined : `stage_id ${c.stage_id}`;
};

const valuesOf = (f: EventFacts): string[] => [
  `tag_id ${f.tagId ?? ''}`,
  `tag_name ${f.tagName ?? ''}`,
  `product_id ${f.productId ?? ''}`,
  `calendar_id ${f.calendarId ?? ''}`,
  `service_id ${f.serviceId ?? ''}`,
  `form_id ${f.formId ?? ''}`,
  `stage_id ${f.stageId ?? ''}`,
];
