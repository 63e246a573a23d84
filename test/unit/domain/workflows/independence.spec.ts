import fc from 'fast-check';
import { decide, type ActiveWorkflow, type OpenEnrollment } from '#domain/workflows/decide';
import type { ContactEvent } from '#domain/workflows/contact-event';
import type { Criteria } from '#domain/workflows/criteria';
import { EVENT_TYPES, type EventType, type GoalType } from '#domain/workflows/goal-type';
import {
  modelAnswer,
  type ModelEnrollment,
  type ModelEvent,
  type ModelGoal,
  type ModelWorkflow,
} from '../../../support/model';
import { factsOf } from './builders';

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

interface Setup {
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

const asEvent = (event: ModelEvent): ContactEvent => ({
  eventId: event.event_id,
  eventType: event.event_type as EventType,
  tenantId: event.tenant_id,
  contactId: event.contact_id,
  occurredAt: new Date(event.occurred_at),
  source: null,
  data: event.data,
  facts: factsOf(event.data),
});

const asWorkflow = ({ id: workflowId, tenant_id, goal_logic, goals }: ModelWorkflow): ActiveWorkflow => ({
  id: workflowId,
  tenantId: tenant_id,
  goalLogic: goal_logic,
  goals: goals.map((one, index) => ({
    id: one.id,
    tenantId: tenant_id,
    workflowId,
    goalType: one.goal_type as GoalType,
    criteria: one.criteria as Criteria,
    activeSince: new Date(one.active_since),
    windowHours: one.window_hours,
    position: index + 1,
  })),
});

const asEnrollment = (one: ModelEnrollment): OpenEnrollment => ({
  id: one.id,
  tenantId: one.tenant_id,
  workflowId: one.workflow_id,
  contactId: one.contact_id,
  enrolledAt: new Date(one.enrolled_at),
  achievedGoalIds: new Set(one.achieved),
});

interface Course {
  readonly exits: string[];
  readonly credits: { readonly enrollmentId: string; readonly goalId: string; readonly eventId: string }[];
}

/** Decides batch after batch, keeping in between what the database would keep. */
const run = (batches: readonly (readonly ModelEvent[])[], { workflows, enrollments }: Setup): Course => {
  const active = new Map(workflows.map((one) => [one.id, asWorkflow(one)]));
  const open = new Map(enrollments.map((one) => [one.id, asEnrollment(one)]));
  const course: Course = { exits: [], credits: [] };
  for (const batch of batches)
    for (const { enrollment, reached, exitGoal } of decide(batch.map(asEvent), active, [...open.values()])) {
      for (const {
        goal: { id: goalId },
        event: { eventId },
      } of reached)
        course.credits.push({ enrollmentId: enrollment.id, goalId, eventId });
      if (exitGoal) {
        course.exits.push(enrollment.id);
        open.delete(enrollment.id);
      } else {
        const achievedGoalIds = new Set([...enrollment.achievedGoalIds, ...reached.map((one) => one.goal.id)]);
        open.set(enrollment.id, { ...enrollment, achievedGoalIds });
      }
    }
  return course;
};

const answersOf = (all: readonly ModelEvent[], { workflows, enrollments }: Setup) =>
  enrollments.flatMap((enrollment) => {
    const into = workflows.find((one) => one.id === enrollment.workflow_id);
    return into ? [{ enrollment, logic: into.goal_logic, answer: modelAnswer(all, into, enrollment) }] : [];
  });

const scenario = fc
  .tuple(events, setup)
  .chain(([all, given]) => fc.record({ all: fc.constant(all), given: fc.constant(given), batches: arrivals(all) }));

const RUNS = { numRuns: 2_000 };

describe('order, batch boundaries and duplicates (SPEC 4.3)', () => {
  it('do not change which enrollments exit, and each exits once', () => {
    fc.assert(
      fc.property(scenario, ({ all, given, batches }) => {
        const expected = answersOf(all, given).filter(({ answer }) => answer.exits);
        expect(run(batches, given).exits.sort()).toEqual(expected.map(({ enrollment }) => enrollment.id).sort());
      }),
      RUNS,
    );
  });

  it('do not change, under all, the set of goals achieved, each of them once', () => {
    fc.assert(
      fc.property(scenario, ({ all, given, batches }) => {
        const { credits } = run(batches, given);
        for (const { enrollment, answer } of answersOf(all, given).filter(({ logic }) => logic === 'all')) {
          const achieved = credits
            .filter(({ enrollmentId }) => enrollmentId === enrollment.id)
            .map(({ goalId }) => goalId);
          expect(achieved.sort()).toEqual([...answer.allowed.keys()].sort());
        }
      }),
      RUNS,
    );
  });

  it('leave every credited event one that may be credited, and under any exactly one per exit', () => {
    fc.assert(
      fc.property(scenario, ({ all, given, batches }) => {
        const { credits } = run(batches, given);
        for (const { enrollment, logic, answer } of answersOf(all, given)) {
          const own = credits.filter(({ enrollmentId }) => enrollmentId === enrollment.id);
          for (const { goalId, eventId } of own) expect(answer.allowed.get(goalId)).toContain(eventId);
          if (logic === 'any') expect(own).toHaveLength(answer.exits ? 1 : 0);
        }
      }),
      RUNS,
    );
  });

  it('inside one decision, order and duplicates do not even change which event is credited', () => {
    fc.assert(
      fc.property(scenario, ({ all, given, batches }) => {
        expect(run([batches.flat()], given)).toEqual(run([all], given));
      }),
      RUNS,
    );
  });

  it('the cases tried are worth trying: exits, achievements without an exit, and events that change nothing', () => {
    const seen = { exits: 0, goesOn: 0, nothing: 0 };
    for (const { all, given } of fc.sample(scenario, { numRuns: 500, seed: 1 }))
      for (const { answer } of answersOf(all, given))
        seen[answer.exits ? 'exits' : answer.allowed.size > 0 ? 'goesOn' : 'nothing']++;
    expect(Math.min(seen.exits, seen.goesOn, seen.nothing)).toBeGreaterThan(100);
  });
});
