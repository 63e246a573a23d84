import type { Month } from '#infrastructure/demo/month';
import { WORKFLOWS, type ShopWorkflow } from '#infrastructure/demo/shop';
import { modelAnswer, type ModelAnswer, type ModelEvent, type ModelWorkflow } from './model';

const TENANT = 'shop';

const modelOf = (workflow: ShopWorkflow, active_since: string): ModelWorkflow => ({
  id: workflow.name,
  tenant_id: TENANT,
  goal_logic: workflow.goal_logic,
  goals: workflow.goals.map(({ goal_type, criteria, window_hours }, n) => ({
    id: `${workflow.name} ${String(n)}`,
    goal_type,
    criteria,
    active_since,
    window_hours: window_hours ?? null,
  })),
});

export interface DemoAnswer {
  readonly workflow: ShopWorkflow;
  readonly answer: ModelAnswer;
  /** Milliseconds from the enrollment to the last goal it needed; `null` when it does not leave. */
  readonly timeToGoal: number | null;
}

/** What the model says of every enrollment of the month. */
export const answersOf = ({ start, enrollments, messages }: Month): DemoAnswer[] => {
  const workflows = new Map(WORKFLOWS.map((workflow) => [workflow, modelOf(workflow, start)]));
  const eventsOf = new Map<string, Map<string, ModelEvent>>();
  for (const { event } of messages) {
    const own = eventsOf.get(event.contact_id) ?? new Map<string, ModelEvent>();
    eventsOf.set(event.contact_id, own.set(event.event_id, { ...event, tenant_id: TENANT }));
  }
  return enrollments.map(({ workflow, contact_id, enrolled_at }) => {
    const events = eventsOf.get(contact_id) ?? new Map<string, ModelEvent>();
    const enrollment = {
      id: 'e',
      tenant_id: TENANT,
      workflow_id: workflow.name,
      contact_id,
      enrolled_at,
      achieved: [],
    };
    const answer = modelAnswer([...events.values()], workflows.get(workflow)!, enrollment);
    const credited = [...answer.allowed.values()].flatMap((ids) => [...ids]);
    const times = credited.map((id) => Date.parse(events.get(id)!.occurred_at) - Date.parse(enrolled_at));
    return { workflow, answer, timeToGoal: answer.exits ? Math.max(...times) : null };
  });
};
