import { err } from '#domain/shared/result';
import {
  alreadyEnrolled,
  ENROLLMENT_STATUSES,
  enroll,
  EXIT_REASONS,
  isOpen,
  readExitReason,
  shownStatus,
  STORED_STATUSES,
  type EnrollingContact,
  type EnrollmentRequest,
} from '#domain/workflows/enrollment';
import type { Step } from '#domain/workflows/steps';
import { TENANT } from './builders';

const now = new Date('2026-01-10T08:00:00.000Z');
const justBefore = new Date(now.getTime() - 1);
const justAfter = new Date(now.getTime() + 1);
const mail: Step = { type: 'action', action: 'send_email' };

const tryToEnroll = (
  request: Partial<EnrollmentRequest> = {},
  contact: Partial<EnrollingContact> = {},
  status: 'draft' | 'active' | 'paused' = 'active',
) =>
  enroll(
    { id: 'workflow-1', tenantId: TENANT, status, steps: [{ type: 'wait', duration: 'P1D' }, mail] },
    { id: 'enrollment-1', contactId: 'c-1', ...request },
    { optedOut: false, hasOpenEnrollment: false, ...contact },
    now,
  );

describe('the status of an enrollment (SPEC 4.4)', () => {
  it('waiting is shown, not stored: the next unfinished step lies in the future', () => {
    expect(shownStatus('active', justAfter, now)).toBe('waiting');
    expect(shownStatus('active', now, now)).toBe('active');
    expect(shownStatus('active', justBefore, now)).toBe('active');
    expect(shownStatus('active', null, now)).toBe('active');
    expect(STORED_STATUSES).not.toContain('waiting');
  });

  it('one that has ended never waits', () => {
    for (const status of STORED_STATUSES.filter((one) => one !== 'active'))
      expect(shownStatus(status, justAfter, now)).toBe(status);
  });

  it('active and waiting are open', () => {
    expect(ENROLLMENT_STATUSES.filter(isOpen)).toEqual(['active', 'waiting']);
  });
});

describe('enrolling', () => {
  it("plans the workflow's steps from the moment of enrolling", () => {
    expect(tryToEnroll()).toEqual({
      ok: true,
      value: {
        id: 'enrollment-1',
        tenantId: TENANT,
        workflowId: 'workflow-1',
        contactId: 'c-1',
        enrolledAt: now,
        actions: [
          {
            position: 1,
            actionType: 'wait',
            scheduledAt: new Date('2026-01-11T08:00:00.000Z'),
            config: { duration: 'P1D' },
          },
          { position: 2, actionType: 'send_email', scheduledAt: new Date('2026-01-11T08:00:00.000Z'), config: null },
        ],
      },
    });
  });

  it('of an import plans them from the time given', () => {
    const enrolledAt = new Date('2026-01-01T08:00:00.000Z');
    expect(tryToEnroll({ enrolledAt })).toMatchObject({
      value: { enrolledAt, actions: [{ scheduledAt: new Date('2026-01-02T08:00:00.000Z') }, {}] },
    });
  });

  it('takes the steps handed in by an external engine in their order instead', () => {
    const pendingActions = [
      { actionType: 'wait' as const, scheduledAt: justAfter, config: null },
      { actionType: 'webhook' as const, scheduledAt: now, config: { url: 'x' } },
    ];
    expect(tryToEnroll({ pendingActions })).toMatchObject({
      value: {
        actions: [
          { position: 1, ...pendingActions[0] },
          { position: 2, ...pendingActions[1] },
        ],
      },
    });
    expect(tryToEnroll({ pendingActions: [] })).toMatchObject({ value: { actions: [] } });
  });

  it('refuses an enrolled_at in the future', () => {
    expect(tryToEnroll({ enrolledAt: now }).ok).toBe(true);
    expect(tryToEnroll({ enrolledAt: justAfter })).toMatchObject({
      error: { kind: 'invalid', fields: [{ pointer: '/enrolled_at', code: 'in-the-future' }] },
    });
  });

  it.each(['draft', 'paused'] as const)('needs an active workflow, not one that is %s', (status) => {
    expect(tryToEnroll({}, {}, status)).toMatchObject({ error: { kind: 'conflict', code: 'workflow.not-active' } });
  });

  it('refuses a contact that has opted out', () => {
    expect(tryToEnroll({}, { optedOut: true })).toMatchObject({
      error: { kind: 'conflict', code: 'contact.opted-out' },
    });
  });

  it('allows one open enrollment per workflow and contact', () => {
    expect(tryToEnroll({}, { hasOpenEnrollment: true })).toEqual(err(alreadyEnrolled));
    expect(alreadyEnrolled).toMatchObject({ kind: 'conflict', code: 'enrollment.already-open' });
  });
});

describe('the reason of a manual exit', () => {
  it('is in words of its own', () => {
    expect(readExitReason(' bought by phone ')).toEqual({ ok: true, value: 'bought by phone' });
    expect(readExitReason('🎯'.repeat(200)).ok).toBe(true);
  });

  it.each(['', '  ', 'x'.repeat(201), 'a\u0000b'])('cannot be %j', (reason) => {
    expect(readExitReason(reason)).toMatchObject({ error: { fields: [{ pointer: '/reason', code: 'malformed' }] } });
  });

  it.each(EXIT_REASONS)('cannot be %s, which the service alone says', (reason) => {
    expect(readExitReason(reason)).toMatchObject({ error: { fields: [{ pointer: '/reason', code: 'reserved' }] } });
  });
});
