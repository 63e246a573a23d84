import { Injectable } from '@nestjs/common';
import type { ContactEvent, EventFacts } from '#domain/workflows/contact-event';
import { matches } from '#domain/workflows/criteria';
import type { ActiveGoal, ActiveWorkflow } from '#domain/workflows/decide';
import { EVENT_TYPE_OF, type EventType } from '#domain/workflows/goal-type';
import type { ActiveGoals } from '#application/workflows/ports/active-goals';
import { Database } from '#adapters/shared/persistence/database';
import { activeGoalOf, ACTIVE_GOAL, type ActiveGoalRow } from '#adapters/workflows/persistence/active-goal-rows';

/** Goals of one tenant that one event type can reach: by the value they ask for, and those that ask for no one value. */
interface Reachable {
  readonly byValue: Map<string, ActiveGoal[]>;
  readonly open: ActiveGoal[];
}

interface TenantGoals {
  readonly version: number;
  readonly reachable: Map<EventType, Reachable>;
  readonly workflows: Map<string, ActiveWorkflow>;
}

/** More goals than this without a value of their own are not tried one by one: the contact's enrollments tell sooner. */
const MOST_TRIED = 16;

/** One copy a process. Compared with the database by each tenant's `goals_version`, and replaced tenant by tenant. */
@Injectable()
export class ActiveGoalsIndex implements ActiveGoals {
  private readonly tenants = new Map<string, TenantGoals>();

  constructor(private readonly db: Database) {}

  async refresh(tenantIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.prepared<{ id: string; goals_version: number }>(
      'SELECT id, goals_version FROM tenants WHERE id = ANY ($1)',
      [tenantIds],
    );
    const stale = rows.filter(({ id, goals_version }) => this.tenants.get(id)?.version !== goals_version);
    if (stale.length > 0) await this.load(new Map(stale.map(({ id, goals_version }) => [id, goals_version])));
    return new Set(rows.map(({ id }) => id));
  }

  couldReach(event: ContactEvent): boolean {
    const reachable = this.tenants.get(event.tenantId)?.reachable.get(event.eventType);
    if (!reachable) return false;
    const reaches = ({ goalType, criteria }: ActiveGoal): boolean => matches(goalType, criteria, event);
    if (reachable.open.length > MOST_TRIED || reachable.open.some(reaches)) return true;
    return valuesOf(event.facts).some((value) => reachable.byValue.get(value)?.some(reaches) ?? false);
  }

  workflow(tenantId: string, workflowId: string): ActiveWorkflow | undefined {
    return this.tenants.get(tenantId)?.workflows.get(workflowId);
  }

  /** A goal changed after the version was read is loaded with the older version, and loaded again the next time. */
  private async load(versions: ReadonlyMap<string, number>): Promise<void> {
    const rows = await this.db.query<ActiveGoalRow>(
      `SELECT ${ACTIVE_GOAL} FROM workflow_goals g JOIN workflows w ON w.tenant_id = g.tenant_id AND w.id = g.workflow_id
       WHERE g.tenant_id = ANY ($1) AND g.is_active AND g.deleted_at IS NULL AND g.active_since IS NOT NULL
         AND w.status = 'active' AND w.deleted_at IS NULL`,
      [[...versions.keys()]],
    );
    const loaded = new Map<string, TenantGoals>();
    for (const [tenantId, version] of versions)
      loaded.set(tenantId, { version, reachable: new Map(), workflows: new Map() });
    for (const row of rows) put(loaded, row);
    // Two batches may load at once: what the slower one brings must not replace what is newer.
    for (const [tenantId, goals] of loaded) {
      if (goals.version >= (this.tenants.get(tenantId)?.version ?? 0)) this.tenants.set(tenantId, goals);
    }
  }
}

const put = (loaded: ReadonlyMap<string, TenantGoals>, row: ActiveGoalRow): void => {
  const tenant = loaded.get(row.tenant_id);
  if (!tenant) return;
  const goal = activeGoalOf(row);
  const { id, tenantId, goalLogic, goals } = tenant.workflows.get(goal.workflowId) ?? {
    id: goal.workflowId,
    tenantId: goal.tenantId,
    goalLogic: row.goal_logic,
    goals: [],
  };
  tenant.workflows.set(id, { id, tenantId, goalLogic, goals: [...goals, goal] });
  const type = EVENT_TYPE_OF[goal.goalType];
  const reachable = tenant.reachable.get(type) ?? { byValue: new Map<string, ActiveGoal[]>(), open: [] };
  tenant.reachable.set(type, reachable);
  const value = valueOf(goal);
  if (value === undefined) reachable.open.push(goal);
  else reachable.byValue.set(value, [...(reachable.byValue.get(value) ?? []), goal]);
};

/** The one value an event must carry to reach the goal, or none where any value may do (a pattern, an amount). */
const valueOf = ({ criteria: c }: ActiveGoal): string | undefined => {
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
