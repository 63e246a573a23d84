import fc from 'fast-check';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { decide, type ActiveWorkflow, type OpenEnrollment } from '#domain/workflows/decide';
import type { EventType, GoalType } from '#domain/workflows/goal-type';
import { modelAnswer, type ModelEnrollment, type ModelEvent, type ModelWorkflow } from '../../../support/model';
import { factsOf } from './builders';
import { scenario, type Setup } from './scenarios';

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
    criteria: one.criteria,
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
