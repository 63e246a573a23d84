import type { ContactEvent } from '#domain/workflows/contact-event';
import { decide, type ActiveWorkflow, type Decision, type OpenEnrollment } from '#domain/workflows/decide';
import { aGoal, anEnrollment, anEvent, aWorkflow, hoursAfterEnrollment } from './builders';

const judge = (
  events: readonly ContactEvent[],
  workflow: ActiveWorkflow,
  enrollment: OpenEnrollment = anEnrollment(),
): Decision[] => decide(events, new Map([[workflow.id, workflow]]), [enrollment]);

const credited = (decisions: readonly Decision[]): string[] =>
  decisions.flatMap(({ reached }) => reached.map(({ goal, event }) => `${goal.id} by ${event.eventId}`));

const exits = (decisions: readonly Decision[]): (string | undefined)[] => decisions.map(({ exitGoal }) => exitGoal?.id);

const form = (formId: string, more: Partial<ContactEvent> = {}) => anEvent('form.submitted', { form_id: formId }, more);

const goalA = aGoal({ id: 'a', position: 1, criteria: { form_id: 'f-a' } });
const goalB = aGoal({ id: 'b', position: 2, criteria: { form_id: 'f-b' } });
const both = (goalLogic: 'any' | 'all'): ActiveWorkflow => ({ ...aWorkflow(goalA, goalB), goalLogic });

describe('which events count (SPEC 4.3, conditions 1 to 4)', () => {
  const counts = (event: ContactEvent, goal = aGoal(), enrollment = anEnrollment()) =>
    judge([event], aWorkflow(goal), enrollment).length === 1;

  it('an event that meets every condition achieves and exits', () => {
    const [decision] = judge([form('f-1')], aWorkflow(aGoal()));
    expect(decision).toMatchObject({ exitGoal: { id: 'goal-1' }, reached: [{ event: { eventId: 'evt-1' } }] });
  });

  it('an event of another tenant does not count', () => {
    expect(counts(form('f-1', { tenantId: 'another' }))).toBe(false);
  });

  it('an event of another contact does not count', () => {
    expect(counts(form('f-1', { contactId: 'c-2' }))).toBe(false);
  });

  it('an event of another type does not count', () => {
    expect(counts(anEvent('appointment.booked', { form_id: 'f-1' }))).toBe(false);
  });

  it('an event that does not meet the criteria does not count', () => {
    expect(counts(form('f-2'))).toBe(false);
  });

  it('an event before the enrollment does not count, one of its own millisecond does', () => {
    const enrolledAt = hoursAfterEnrollment(0);
    expect(counts(form('f-1', { occurredAt: new Date(enrolledAt.getTime() - 1) }))).toBe(false);
    expect(counts(form('f-1', { occurredAt: enrolledAt }))).toBe(true);
  });

  it('an event before the goal was in force does not count, one of that millisecond does', () => {
    const goal = aGoal({ activeSince: hoursAfterEnrollment(2) });
    expect(counts(form('f-1', { occurredAt: new Date(hoursAfterEnrollment(2).getTime() - 1) }), goal)).toBe(false);
    expect(counts(form('f-1', { occurredAt: hoursAfterEnrollment(2) }), goal)).toBe(true);
  });

  it('the last instant of the window counts, the next does not', () => {
    const goal = aGoal({ windowHours: 48 });
    expect(counts(form('f-1', { occurredAt: hoursAfterEnrollment(48) }), goal)).toBe(true);
    expect(counts(form('f-1', { occurredAt: new Date(hoursAfterEnrollment(48).getTime() + 1) }), goal)).toBe(false);
  });

  it('without a window a late event counts, however late', () => {
    expect(counts(form('f-1', { occurredAt: hoursAfterEnrollment(80_000) }))).toBe(true);
  });

  it('a goal achieved before is not achieved again', () => {
    expect(counts(form('f-1'), aGoal(), anEnrollment({ achievedGoalIds: new Set(['goal-1']) }))).toBe(false);
  });

  it('an enrollment of a workflow that is not among the active ones is left alone', () => {
    expect(counts(form('f-1'), aGoal(), anEnrollment({ workflowId: 'paused' }))).toBe(false);
  });

  it("an enrollment is never judged by another tenant's workflow", () => {
    expect(judge([form('f-1')], { ...aWorkflow(aGoal()), tenantId: 'another' })).toEqual([]);
  });

  it('an event counts for every open enrollment of its contact', () => {
    const [one, other] = [aWorkflow(aGoal()), { ...aWorkflow(aGoal({ id: 'goal-2' })), id: 'workflow-2' }];
    const workflows = new Map([one, other].map((workflow) => [workflow.id, workflow]));
    const enrollments = [anEnrollment(), anEnrollment({ id: 'enrollment-2', workflowId: 'workflow-2' })];
    expect(credited(decide([form('f-1')], workflows, enrollments))).toEqual(['goal-1 by evt-1', 'goal-2 by evt-1']);
  });

  it('the same contact enrolled again can reach the goal again', () => {
    expect(exits(judge([form('f-1')], aWorkflow(aGoal()), anEnrollment({ id: 'second-run' })))).toEqual(['goal-1']);
  });
});

describe('goal logic any', () => {
  it('records exactly one achievement: that of the earliest event', () => {
    const events = [
      form('f-a', { eventId: 'late', occurredAt: hoursAfterEnrollment(5) }),
      form('f-b', { eventId: 'early', occurredAt: hoursAfterEnrollment(2) }),
    ];
    const decisions = judge(events, both('any'));
    expect(credited(decisions)).toEqual(['b by early']);
    expect(exits(decisions)).toEqual(['b']);
  });

  it('of events at the same time credits the goal of the lowest position', () => {
    const events = [form('f-b', { eventId: '1' }), form('f-a', { eventId: '2' })];
    expect(credited(judge(events, both('any')))).toEqual(['a by 2']);
  });

  it('of events at the same time for one goal credits the smallest event id', () => {
    const events = [form('f-a', { eventId: 'y' }), form('f-a', { eventId: 'x' }), form('f-a', { eventId: 'z' })];
    expect(credited(judge(events, both('any')))).toEqual(['a by x']);
  });

  it('of goals at one position credits the smallest event id, then the smallest goal id', () => {
    const twins = aWorkflow(aGoal({ id: 'b' }), aGoal({ id: 'a', criteria: { form_id: 'f-2' } }), aGoal({ id: 'c' }));
    expect(credited(judge([form('f-2', { eventId: '2' }), form('f-1', { eventId: '1' })], twins))).toEqual(['b by 1']);
    const same = aWorkflow(aGoal({ id: 'b' }), aGoal({ id: 'a' }));
    expect(credited(judge([form('f-1')], same))).toEqual(['a by evt-1']);
  });

  it('exits by another goal when one was achieved while the logic was all', () => {
    const enrollment = anEnrollment({ achievedGoalIds: new Set(['a']) });
    expect(judge([form('f-a')], both('any'), enrollment)).toEqual([]);
    expect(exits(judge([form('f-b')], both('any'), enrollment))).toEqual(['b']);
  });

  it('copies of an event make no difference', () => {
    expect(credited(judge([form('f-a'), form('f-a')], both('any')))).toEqual(['a by evt-1']);
  });
});

describe('goal logic all', () => {
  it('records a goal and goes on while another is missing', () => {
    const decisions = judge([form('f-a')], both('all'));
    expect(credited(decisions)).toEqual(['a by evt-1']);
    expect(decisions[0]?.exitGoal).toBeNull();
  });

  it('exits with the achievement that completes the set', () => {
    expect(exits(judge([form('f-b')], both('all'), anEnrollment({ achievedGoalIds: new Set(['a']) })))).toEqual(['b']);
  });

  it('records every goal of one decision by position and exits with the one reached last', () => {
    const events = [
      form('f-b', { eventId: 'b', occurredAt: hoursAfterEnrollment(2) }),
      form('f-a', { eventId: 'a', occurredAt: hoursAfterEnrollment(3) }),
    ];
    const workflow: ActiveWorkflow = { ...aWorkflow(goalB, goalA), goalLogic: 'all' };
    const decisions = judge(events, workflow);
    expect(credited(decisions)).toEqual(['a by a', 'b by b']);
    expect(exits(decisions)).toEqual(['a']);
  });

  it('of goals reached at the same time the highest position ends the enrollment', () => {
    expect(exits(judge([form('f-b', { eventId: '1' }), form('f-a', { eventId: '2' })], both('all')))).toEqual(['b']);
  });

  it('credits each goal with its earliest event', () => {
    const events = [
      form('f-a', { eventId: 'third', occurredAt: hoursAfterEnrollment(3) }),
      form('f-a', { eventId: 'first', occurredAt: hoursAfterEnrollment(1) }),
    ];
    expect(credited(judge(events, both('all')))).toEqual(['a by first']);
  });

  it('an empty set of active goals completes nothing', () => {
    expect(judge([form('f-a')], { ...aWorkflow(), goalLogic: 'all' })).toEqual([]);
  });

  it('a set that is complete already exits nobody by itself', () => {
    const enrollment = anEnrollment({ achievedGoalIds: new Set(['a', 'b']) });
    expect(judge([form('f-a')], both('all'), enrollment)).toEqual([]);
  });
});
