import { ok } from '#domain/shared/result';
import { completeAction, failAction, readActionError, type PendingAction } from '#domain/workflows/pending-action';

const now = new Date('2026-01-10T08:00:00.000Z');
const later = new Date(now.getTime() + 1);
const TOKEN = 'token-1';

const claimed = (more: Partial<PendingAction> = {}): PendingAction => ({
  id: 'action-1',
  workflowId: 'workflow-1',
  enrollmentId: 'enrollment-1',
  status: 'claimed',
  scheduledAt: now,
  token: TOKEN,
  leaseExpiresAt: later,
  error: null,
  finishedAt: null,
  ...more,
});

const codeOf = (result: ReturnType<typeof completeAction>) => (result.ok ? result.value.status : result.error.code);

describe('carrying out a claimed action (SPEC 4.4)', () => {
  it('completes under its lease', () => {
    expect(completeAction(claimed(), TOKEN, now)).toEqual(
      ok(claimed({ status: 'completed', leaseExpiresAt: null, finishedAt: now })),
    );
  });

  it('completes twice with one token, changing nothing the second time', () => {
    const done = claimed({ status: 'completed', finishedAt: now });
    const again = completeAction(done, TOKEN, later);
    expect(again.ok && again.value).toBe(done);
  });

  it.each([
    ['another token', claimed(), 'token-2'],
    ['a lease that has run out', claimed({ leaseExpiresAt: now }), TOKEN],
    ['a lease without an end', claimed({ leaseExpiresAt: null }), TOKEN],
    ['an action that is pending again', claimed({ status: 'pending', token: null }), TOKEN],
    ['an action that an exit has cancelled', claimed({ status: 'cancelled' }), TOKEN],
    ['an action completed under another token', claimed({ status: 'completed', token: 'token-2' }), TOKEN],
  ])('refuses %s', (_, action, token) => {
    expect(codeOf(completeAction(action, token, now))).toBe('pending_action.lease-lost');
    expect(codeOf(failAction(action, token, { error: null, retryAt: null }, now))).toBe('pending_action.lease-lost');
  });

  it('fails for good without a time to try again', () => {
    expect(failAction(claimed(), TOKEN, { error: 'mailbox full', retryAt: null }, now)).toEqual(
      ok(claimed({ status: 'failed', error: 'mailbox full', leaseExpiresAt: null, finishedAt: now })),
    );
  });

  it('failing twice for good with one token changes nothing the second time', () => {
    const failed = claimed({ status: 'failed', finishedAt: now });
    const again = failAction(failed, TOKEN, { error: 'other', retryAt: null }, later);
    expect(again.ok && again.value).toBe(failed);
  });

  it('goes back until the time to try again, and the token holds nothing any more', () => {
    expect(failAction(claimed(), TOKEN, { error: 'busy', retryAt: later }, now)).toEqual(
      ok(claimed({ status: 'pending', scheduledAt: later, error: 'busy', token: null, leaseExpiresAt: null })),
    );
  });

  it('does not take a completed action for failed, nor the other way round', () => {
    const failure = { error: null, retryAt: null };
    expect(codeOf(failAction(claimed({ status: 'completed' }), TOKEN, failure, now))).toBe('pending_action.lease-lost');
    expect(codeOf(completeAction(claimed({ status: 'failed' }), TOKEN, now))).toBe('pending_action.lease-lost');
  });

  it('takes the words of a failure with lines and tabs, up to 2,000 characters', () => {
    expect(readActionError('at line 1:\n\tno\r\n')).toEqual(ok('at line 1:\n\tno\r\n'));
    expect(readActionError('😀'.repeat(2_000)).ok).toBe(true);
    expect(readActionError('x'.repeat(2_001)).ok).toBe(false);
    expect(readActionError('a\u0007b').ok).toBe(false);
  });
});
