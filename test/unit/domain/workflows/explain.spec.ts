import fc from 'fast-check';
import type { ContactEvent } from '#domain/workflows/contact-event';
import { decide } from '#domain/workflows/decide';
import { explain, type ExplainedEnrollment, type ExplainedGoal } from '#domain/workflows/explain';
import { aGoal, anEnrollment, anEvent, aWorkflow, ENROLLED_AT, hoursAfterEnrollment, TENANT } from './builders';

const goal = (more: Partial<ExplainedGoal> = {}): ExplainedGoal => ({ ...aGoal(), isActive: true, ...more });
const enrollment = (more: Partial<ExplainedEnrollment> = {}): ExplainedEnrollment => ({
  ...anEnrollment(),
  status: 'active',
  ...more,
});
const event = (more: Partial<ContactEvent> = {}) => anEvent('form.submitted', { form_id: 'f-1' }, more);
const active = { status: 'active' } as const;

const firstFailed = (
  given: { goal?: Partial<ExplainedGoal>; enrollment?: Partial<ExplainedEnrollment>; event?: Partial<ContactEvent> },
  workflow: Parameters<typeof explain>[1] = active,
) => explain(goal(given.goal), workflow, enrollment(given.enrollment), event(given.event)).first_failed;

describe('explaining (SPEC 4.7)', () => {
  it('names every condition of SPEC 4.3 in its order, expected and actual', () => {
    const windowed = goal({ windowHours: 48 });
    expect(explain(windowed, active, enrollment(), event())).toEqual({
      conditions: [
        { condition: 'same_tenant', expected: TENANT, actual: TENANT, passed: true },
        { condition: 'same_contact', expected: 'c-1', actual: 'c-1', passed: true },
        { condition: 'enrollment_open', expected: ['active', 'waiting'], actual: 'active', passed: true },
        { condition: 'workflow_active', expected: 'active', actual: 'active', passed: true },
        { condition: 'goal_active', expected: true, actual: true, passed: true },
        { condition: 'event_type', expected: 'form.submitted', actual: 'form.submitted', passed: true },
        { condition: 'criteria.form_id', expected: 'f-1', actual: 'f-1', passed: true },
        {
          condition: 'since_enrollment',
          expected: { not_before: ENROLLED_AT },
          actual: hoursAfterEnrollment(1),
          passed: true,
        },
        {
          condition: 'since_active',
          expected: { not_before: windowed.activeSince },
          actual: hoursAfterEnrollment(1),
          passed: true,
        },
        {
          condition: 'within_window',
          expected: { not_after: hoursAfterEnrollment(48) },
          actual: hoursAfterEnrollment(1),
          passed: true,
        },
        { condition: 'not_yet_achieved', expected: true, actual: true, passed: true },
      ],
      first_failed: null,
    });
  });

  it('without a window says that there is no last instant', () => {
    const { conditions } = explain(goal(), active, enrollment(), event());
    expect(conditions.find(({ condition }) => condition === 'within_window')).toMatchObject({
      expected: { not_after: null },
      passed: true,
    });
  });

  it('says which condition failed first', () => {
    expect(firstFailed({ event: { tenantId: 'another' } })).toBe('same_tenant');
    expect(firstFailed({ event: { contactId: 'c-2' } })).toBe('same_contact');
    expect(firstFailed({ enrollment: { status: 'completed_goal' } })).toBe('enrollment_open');
    expect(firstFailed({}, { status: 'paused' })).toBe('workflow_active');
    expect(firstFailed({ goal: { isActive: false } })).toBe('goal_active');
    expect(explain(goal(), active, enrollment(), anEvent('contact.tag.added')).first_failed).toBe('event_type');
    expect(firstFailed({ goal: { criteria: { form_id: 'f-2' } } })).toBe('criteria.form_id');
    expect(firstFailed({ event: { occurredAt: hoursAfterEnrollment(-1) } })).toBe('since_enrollment');
    expect(firstFailed({ goal: { activeSince: hoursAfterEnrollment(2) } })).toBe('since_active');
    expect(firstFailed({ goal: { activeSince: null } })).toBe('since_active');
    expect(firstFailed({ goal: { windowHours: 1 }, event: { occurredAt: hoursAfterEnrollment(2) } })).toBe(
      'within_window',
    );
    expect(firstFailed({ enrollment: { achievedGoalIds: new Set(['goal-1']) } })).toBe('not_yet_achieved');
  });

  it('a waiting enrollment is open', () => {
    expect(firstFailed({ enrollment: { status: 'waiting' } })).toBeNull();
  });

  it('without an enrollment every condition that asks for one fails', () => {
    const { conditions, first_failed } = explain(goal(), active, null, event());
    expect(first_failed).toBe('same_contact');
    expect(conditions.filter(({ passed }) => !passed).map(({ condition }) => condition)).toEqual([
      'same_contact',
      'enrollment_open',
      'since_enrollment',
      'within_window',
      'not_yet_achieved',
    ]);
  });

  it('names a refund', () => {
    const purchase = goal({ goalType: 'purchase_made', criteria: { any_purchase: true } });
    const refund = anEvent('payment.completed', { amount: '-5' });
    expect(explain(purchase, active, enrollment(), refund).first_failed).toBe('criteria.no_refund');
  });

  it('agrees with the decision', () => {
    const cases = fc.record({
      form_id: fc.constantFrom('f-1', 'f-2'),
      contactId: fc.constantFrom('c-1', 'c-2'),
      occurredAt: fc.integer({ min: -2, max: 4 }).map(hoursAfterEnrollment),
      activeSince: fc.integer({ min: -2, max: 4 }).map(hoursAfterEnrollment),
      windowHours: fc.option(fc.integer({ min: 1, max: 3 })),
      achieved: fc.subarray(['goal-1']),
    });
    fc.assert(
      fc.property(cases, ({ form_id, contactId, occurredAt, activeSince, windowHours, achieved }) => {
        const judged = aGoal({ activeSince, windowHours });
        const open = anEnrollment({ achievedGoalIds: new Set(achieved) });
        const happened = anEvent('form.submitted', { form_id }, { contactId, occurredAt });
        const decided = decide([happened], new Map([['workflow-1', aWorkflow(judged)]]), [open]).length === 1;
        const explained = explain({ ...judged, isActive: true }, active, { ...open, status: 'active' }, happened);
        expect(explained.first_failed === null).toBe(decided);
      }),
      { numRuns: 1_000 },
    );
  });
});
