import { conflict, fault, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { characters, isPrintable } from '#domain/shared/text';
import type { PendingActionStatus } from '#domain/workflows/enrollment';

/** A step of an enrollment while an engine carries it out: under a lease, which `token` proves (SPEC 4.4). */
export interface PendingAction {
  readonly id: string;
  readonly workflowId: string;
  readonly enrollmentId: string;
  readonly status: PendingActionStatus;
  readonly scheduledAt: Date;
  /** Kept when the step is finished, so that its engine may say so twice. */
  readonly token: string | null;
  readonly leaseExpiresAt: Date | null;
  readonly error: string | null;
  readonly finishedAt: Date | null;
}

/** What an engine says of a step it could not carry out. Without `retryAt` the enrollment fails with it. */
export interface ActionFailure {
  readonly error: string | null;
  readonly retryAt: Date | null;
}

/** The step was carried out. Saying so again with the same token changes nothing. */
export const completeAction = (action: PendingAction, token: string, now: Date): Result<PendingAction> => {
  if (action.status === 'completed' && action.token === token) return ok(action);
  if (!isLeased(action, token, now)) return err(leaseLost);
  return ok({ ...action, status: 'completed', leaseExpiresAt: null, finishedAt: now });
};

/** The step could not be carried out: it goes back until `retryAt`, or has failed for good. */
export const failAction = (
  action: PendingAction,
  token: string,
  { error, retryAt }: ActionFailure,
  now: Date,
): Result<PendingAction> => {
  if (action.status === 'failed' && action.token === token) return ok(action);
  if (!isLeased(action, token, now)) return err(leaseLost);
  if (retryAt === null) return ok({ ...action, status: 'failed', error, leaseExpiresAt: null, finishedAt: now });
  return ok({ ...action, status: 'pending', scheduledAt: retryAt, error, token: null, leaseExpiresAt: null });
};

/** A lease holds up to its last instant, not including it; then the step is pending again. */
const isLeased = ({ status, token, leaseExpiresAt }: PendingAction, claimed: string, now: Date): boolean =>
  status === 'claimed' && token === claimed && leaseExpiresAt !== null && leaseExpiresAt > now;

const leaseLost = conflict(
  'pending_action.lease-lost',
  'This token holds no lease on the action: it ran out, was handed in already, or the enrollment has ended.',
);

const LONGEST_ERROR = 2_000;

/** Reads the words of a failure: up to 2,000 characters, lines and tabs allowed. */
export const readActionError = (text: string): Result<string> =>
  characters(text) <= LONGEST_ERROR && isPrintable(text.replace(/[\n\r\t]/g, ' '))
    ? ok(text)
    : err(invalid([fault('/error', 'malformed', 'error must be a text of up to 2,000 characters.')]));
