import fc from 'fast-check';
import { EVENT_TYPES } from '#domain/workflows/goal-type';
import type { GoalType } from '#domain/workflows/goal-type';
import type { TestApp } from './app';
import { modelAnswer, type ModelEnrollment, type ModelEvent, type ModelGoal, type ModelWorkflow } from './model';
import { seedEnrollments, seedWorkflow } from './seed';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (hours: number): string => new Date(START + hours * 3_600_000).toISOString();

export interface Story {
  readonly goalLogic: 'any' | 'all';
  readonly goals: readonly (Pick<ModelGoal, 'goal_type' | 'criteria' | 'window_hours'> & { readonly since: number })[];
  readonly enrolledAt: number;
  readonly events: readonly { readonly type: string; readonly hours: number; readonly data: Record<string, string> }[];
}

const goals: fc.Arbitrary<Story['goals'][number]> = fc
  .record({
    ...{ since: fc.constantFrom(-10, -10, 3), window_hours: fc.constantFrom(null, null, 6) },
    kind: fc.constantFrom<Pick<ModelGoal, 'goal_type' | 'criteria'>>(
      { goal_type: 'tag_added', criteria: { tag_pattern: 'v?p*' } },
      { goal_type: 'tag_added', criteria: { tag_id: 't-1' } },
      { goal_type: 'purchase_made', criteria: { min_amount: '100', currency: 'EUR' } },
      { goal_type: 'purchase_made', criteria: { any_purchase: true } },
      { goal_type: 'appointment_booked', criteria: { any_appointment: true } },
      { goal_type: 'form_submitted', criteria: { form_id: 'f-1' } },
      { goal_type: 'pipeline_stage_reached', criteria: { pipeline_id: 'p-1', stage_id: 's-1' } },
    ),
  })
  .map(({ kind, ...rest }) => ({ ...kind, ...rest }));

const DATA: readonly Record<string, string>[] = [
  { tag_id: 't-1', tag_name: 'vip gold' },
  { tag_id: 't-2', tag_name: 'VIP' },
  { amount: '99.999999999999999999', currency: 'EUR' },
  { amount: '100.00', currency: 'EUR' },
  { amount: '-5', currency: 'EUR' },
  { calendar_id: 'c-1' },
  { form_id: 'f-1' },
  { pipeline_id: 'p-1', stage_id: 's-1' },
  { pipeline_id: 'p-2', stage_id: 's-1' },
];

const event = fc
  .record({
    type: fc.constantFrom(...EVENT_TYPES),
    hours: fc.integer({ min: -1, max: 9 }),
    data: fc.constantFrom(...DATA),
  })
  .filter(({ type, data }) => Object.keys(data).every((key) => KEYS[type]?.includes(key)));

const KEYS: Readonly<Record<string, readonly string[]>> = {
  'contact.tag.added': ['tag_id', 'tag_name'],
  'payment.completed': ['amount', 'currency'],
  'appointment.booked': ['calendar_id'],
  'form.submitted': ['form_id'],
  'pipeline.stage.changed': ['pipeline_id', 'stage_id'],
};

/** What can happen to one contact in one workflow. */
export const story: fc.Arbitrary<Story> = fc.record({
  goalLogic: fc.constantFrom('any', 'all'),
  goals: fc.uniqueArray(goals, {
    minLength: 1,
    maxLength: 3,
    selector: ({ goal_type, criteria }) => JSON.stringify([goal_type, criteria]),
  }),
  enrolledAt: fc.constantFrom(0, 0, 2),
  events: fc.array(event, { minLength: 1, maxLength: 12 }),
});

/** A story with its rows in the database, and its events as they go over the wire. */
export interface Told {
  readonly workflow: ModelWorkflow;
  readonly enrollment: ModelEnrollment;
  readonly events: readonly ModelEvent[];
}

/** Puts a story's workflow and enrollment into the tables. Its contact is the `n`th of the tenant. */
export const tell = async (
  app: Pick<TestApp, 'rows'>,
  tenantId: string,
  n: number,
  { goalLogic, goals, enrolledAt, events }: Story,
): Promise<Told> => {
  const contact = `contact-${String(n)}`;
  const seeded = await seedWorkflow(
    app,
    tenantId,
    goals.map((goal) => ({
      goalType: goal.goal_type as GoalType,
      criteria: goal.criteria,
      activeSince: new Date(at(goal.since)),
      ...(goal.window_hours !== null && { windowHours: goal.window_hours }),
    })),
    goalLogic,
  );
  const [id = ''] = await seedEnrollments(app, tenantId, seeded.id, [contact], {
    enrolledAt: new Date(at(enrolledAt)),
    actions: 2,
  });
  return {
    workflow: {
      id: seeded.id,
      tenant_id: tenantId,
      goal_logic: goalLogic,
      goals: goals.map(({ since, ...goal }, position) => ({
        id: seeded.goalIds[position] ?? '',
        active_since: at(since),
        ...goal,
      })),
    },
    enrollment: {
      id,
      tenant_id: tenantId,
      workflow_id: seeded.id,
      contact_id: contact,
      enrolled_at: at(enrolledAt),
      achieved: [],
    },
    events: events.map(({ type, hours, data }, turn) => ({
      event_id: `event-${String(n)}-${String(turn)}`,
      event_type: type,
      tenant_id: tenantId,
      contact_id: contact,
      occurred_at: at(hours),
      data,
    })),
  };
};

interface Seen {
  readonly status: string;
  readonly achieved: Record<string, string> | null;
  readonly unfinished: number;
  readonly told: number;
}

/**
 * The oracle (RELIABILITY): compares what the database and the outbox hold with the model's answer, exactly, and names every
 * difference. An empty list is agreement.
 */
export const disagreements = async (app: Pick<TestApp, 'rows'>, stories: readonly Told[]): Promise<string[]> => {
  const rows = await app.rows<Seen & { id: string }>(
    `SELECT e.id, e.status,
       (SELECT json_object_agg(a.workflow_goal_id, a.event_id) FROM workflow_goal_achievements a
        WHERE a.tenant_id = e.tenant_id AND a.enrollment_id = e.id) AS achieved,
       (SELECT count(*)::int FROM workflow_pending_actions p
        WHERE p.tenant_id = e.tenant_id AND p.enrollment_id = e.id AND p.status IN ('pending', 'claimed')) AS unfinished,
       (SELECT count(*)::int FROM outbox o WHERE o.tenant_id = e.tenant_id
          AND o.message::json ->> 'event_type' = 'workflow.exit.goal'
          AND o.message::json -> 'details' ->> 'enrollment_id' = e.id::text) AS told
     FROM workflow_enrollments e WHERE e.id = ANY ($1)`,
    [stories.map(({ enrollment }) => enrollment.id)],
  );
  const seen = new Map(rows.map((row) => [row.id, row]));
  return stories.flatMap((one) => differencesOf(one, seen.get(one.enrollment.id)));
};

const differencesOf = ({ workflow, enrollment, events }: Told, seen: Seen | undefined): string[] => {
  const { exits, allowed } = modelAnswer(events, workflow, enrollment);
  const achieved = Object.entries(seen?.achieved ?? {});
  const wrong = (what: string, is: unknown, expected: unknown) =>
    `${enrollment.id} (${workflow.goal_logic}): ${what} is ${JSON.stringify(is)}, not ${JSON.stringify(expected)}`;
  const expectedGoals = workflow.goal_logic === 'all' ? allowed.size : Math.min(1, allowed.size);
  return [
    ...(seen?.status === (exits ? 'completed_goal' : 'active') ? [] : [wrong('status', seen?.status, exits)]),
    ...(achieved.length === expectedGoals ? [] : [wrong('goals achieved', achieved, [...allowed.keys()])]),
    ...achieved.flatMap(([goal, credited]) =>
      allowed.get(goal)?.has(credited)
        ? []
        : [wrong(`event credited with ${goal}`, credited, [...(allowed.get(goal) ?? [])])],
    ),
    ...(seen?.unfinished === (exits ? 0 : 2) ? [] : [wrong('unfinished actions', seen?.unfinished, exits ? 0 : 2)]),
    ...(seen?.told === (exits ? 1 : 0) ? [] : [wrong('exits told', seen?.told, exits ? 1 : 0)]),
  ];
};
