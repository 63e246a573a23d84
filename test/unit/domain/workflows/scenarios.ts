import fc from 'fast-check';
import { EVENT_TYPES, type EventType } from '#domain/workflows/goal-type';
import type { ModelEnrollment, ModelEvent, ModelGoal, ModelWorkflow } from '../../../support/model';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (half: number): string => new Date(START + half * 1_800_000).toISOString();

const tenant = fc.constantFrom('tenant-1', 'tenant-1', 'tenant-1', 'tenant-2');
const contact = fc.constantFrom('c-1', 'c-1', 'c-2');
const id = fc.constantFrom('x', 'y');
const amount = fc.constantFrom('-1', '0', '99.999999999999999999', '100', '100.00', '007', '1000');
const currency = fc.constantFrom('EUR', 'USD');
const tagName = fc.constantFrom('vip', 'VIP', 'vip-gold', ' café ', 'cafe\u0301', '🎯', 'a*b');
const some = <T extends Record<string, unknown>>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { requiredKeys: [] });

const dataOf: Record<EventType, fc.Arbitrary<Record<string, unknown>>> = {
  'contact.tag.added': some({ tag_id: id, tag_name: tagName }),
  'payment.completed': some({ product_id: id, amount, currency }),
  'appointment.booked': some({ calendar_id: id, service_id: id }),
  'form.submitted': some({ form_id: id }),
  'pipeline.stage.changed': some({ pipeline_id: id, stage_id: id }),
};

const events: fc.Arbitrary<ModelEvent[]> = fc
  .array(
    fc.constantFrom(...EVENT_TYPES).chain((event_type) =>
      fc.record({
        event_type: fc.constant(event_type),
        tenant_id: tenant,
        contact_id: contact,
        occurred_at: fc.nat(12).map(at),
        data: dataOf[event_type],
      }),
    ),
    { maxLength: 40, size: 'max' },
  )
  .map((all) => all.map((event, index) => ({ event_id: `evt-${index}`, ...event })));

const kinds: fc.Arbitrary<Pick<ModelGoal, 'goal_type' | 'criteria'>> = fc.oneof(
  ...[
    id.map((tag_id) => ({ tag_id })),
    fc.constantFrom('vip', 'café', '🎯').map((tag_name) => ({ tag_name })),
    fc.constantFrom('*', 'vip*', '?', 'caf?', 'a?b', '*-*').map((tag_pattern) => ({ tag_pattern })),
  ].map((arbitrary) => arbitrary.map((criteria) => ({ goal_type: 'tag_added', criteria }))),
  ...[
    fc.constant({ any_purchase: true }),
    fc.constantFrom('0', '100').map((min_amount) => ({ min_amount })),
    fc.record({ product_id: id, min_amount: fc.constant('7'), currency }),
  ].map((arbitrary) => arbitrary.map((criteria) => ({ goal_type: 'purchase_made', criteria }))),
  ...[fc.constant({ any_appointment: true }), fc.record({ calendar_id: id, service_id: id })].map((arbitrary) =>
    arbitrary.map((criteria) => ({ goal_type: 'appointment_booked', criteria })),
  ),
  id.map((form_id) => ({ goal_type: 'form_submitted', criteria: { form_id } })),
  fc.record({ pipeline_id: id, stage_id: id }).map((criteria) => ({ goal_type: 'pipeline_stage_reached', criteria })),
);

const goal = fc.record({
  kind: kinds,
  active_since: fc.nat(4).map(at),
  window_hours: fc.option(fc.integer({ min: 1, max: 4 })),
});

const workflow = (workflowId: string): fc.Arbitrary<ModelWorkflow> =>
  fc
    .record({ tenant_id: tenant, goal_logic: fc.constantFrom('any', 'all'), goals: fc.array(goal, { maxLength: 3 }) })
    .map(({ goals, ...rest }) => ({
      id: workflowId,
      ...rest,
      goals: goals.map(({ kind, ...more }, index) => ({ id: `${workflowId}-goal-${index + 1}`, ...kind, ...more })),
    }));

/** What stands before the events come. */
export interface Setup {
  readonly workflows: readonly ModelWorkflow[];
  readonly enrollments: readonly ModelEnrollment[];
}

const setup: fc.Arbitrary<Setup> = fc
  .record({
    workflows: fc.tuple(workflow('w-1'), workflow('w-2'), workflow('w-3')),
    enrolled: fc.array(fc.record({ in: fc.nat(2), contact_id: contact, at: fc.nat(6), done: fc.subarray([1, 2, 3]) }), {
      maxLength: 8,
    }),
  })
  .map(({ workflows, enrolled }) => ({
    workflows,
    enrollments: enrolled.flatMap((one, index) => {
      const into = workflows[one.in];
      if (!into) return [];
      return {
        id: `enrollment-${index}`,
        tenant_id: into.tenant_id,
        workflow_id: into.id,
        contact_id: one.contact_id,
        enrolled_at: at(one.at),
        achieved: one.done.length === 1 ? one.done.map((goalNumber) => `${into.id}-goal-${goalNumber}`) : [],
      };
    }),
  }));

/** The events as they might arrive: in any order, some of them again, cut into batches anywhere. */
const arrivals = (all: readonly ModelEvent[]): fc.Arbitrary<ModelEvent[][]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...all], { minLength: all.length }),
      fc.subarray([...all]),
      fc.nat(),
      fc.array(fc.nat(60)),
    )
    .map(([shuffled, copies, seed, cuts]) => {
      const stream = [...shuffled];
      copies.forEach((copy, index) => stream.splice((seed + index * 7) % (stream.length + 1), 0, copy));
      const bounds = [0, ...cuts.filter((cut) => cut < stream.length).sort((one, other) => one - other), stream.length];
      return bounds.slice(1).map((end, index) => stream.slice(bounds[index], end));
    });

/** All events, what stands before they come, and one way in which they arrive. */
export const scenario = fc
  .tuple(events, setup)
  .chain(([all, given]) => fc.record({ all: fc.constant(all), given: fc.constant(given), batches: arrivals(all) }));
