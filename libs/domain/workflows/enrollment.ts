import { conflict, fault, invalid, notInFuture } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { characters, isPrintable } from '#domain/shared/text';
import { planActions, type PlannedAction } from '#domain/workflows/steps';
import type { WorkflowState } from '#domain/workflows/workflow';

/** What is stored of an enrollment's course (SPEC 4.4). Only `active` is open; `waiting` is shown and never stored. */
export const STORED_STATUSES = ['active', 'completed', 'completed_goal', 'exited', 'failed'] as const;
export type StoredStatus = (typeof STORED_STATUSES)[number];

export const ENROLLMENT_STATUSES = ['active', 'waiting', 'completed', 'completed_goal', 'exited', 'failed'] as const;
export type EnrollmentStatus = (typeof ENROLLMENT_STATUSES)[number];

export const OPEN_STATUSES: readonly EnrollmentStatus[] = ['active', 'waiting'];
export const isOpen = (status: EnrollmentStatus): boolean => OPEN_STATUSES.includes(status);

/** An open enrollment is shown as `waiting` while its next unfinished step lies in the future (`null`: it has none). */
export const shownStatus = (stored: StoredStatus, nextUnfinishedAt: Date | null, now: Date): EnrollmentStatus =>
  stored === 'active' && nextUnfinishedAt !== null && nextUnfinishedAt > now ? 'waiting' : stored;

export const PENDING_ACTION_STATUSES = ['pending', 'claimed', 'completed', 'failed', 'cancelled'] as const;
export type PendingActionStatus = (typeof PENDING_ACTION_STATUSES)[number];

/** What an exit cancels. */
export const UNFINISHED_STATUSES: readonly PendingActionStatus[] = ['pending', 'claimed'];

/** Why the service itself ends enrollments; a caller who ends some says why in words of its own. */
export const EXIT_REASONS = ['goal_achieved', 'workflow_deleted', 'contact_opted_out', 'contact_erased'] as const;

const LONGEST_REASON = 200;

/** Reads the reason of a manual or bulk exit: 1 to 200 printable characters, and none of the service's own words. */
export const readExitReason = (text: string): Result<string> => {
  const reason = text.trim();
  if (reason === '' || !isPrintable(reason) || characters(reason) > LONGEST_REASON)
    return err(invalid([fault('/reason', 'malformed', 'reason must be a text of 1 to 200 printable characters.')]));
  if ((EXIT_REASONS as readonly string[]).includes(reason))
    return err(invalid([fault('/reason', 'reserved', `The service alone ends enrollments with ${reason}.`)]));
  return ok(reason);
};

/** A step handed in by an external engine instead of the workflow's own (SPEC 4.4). */
export type HandedInAction = Omit<PlannedAction, 'position'>;

export interface EnrollmentRequest {
  readonly id: string;
  /** The caller's own id of the contact. */
  readonly contactId: string;
  /** Only given by imports; cut to milliseconds. */
  readonly enrolledAt?: Date;
  readonly pendingActions?: readonly HandedInAction[];
}

/** An enrollment to be stored, with its pending actions. */
export interface NewEnrollment {
  readonly id: string;
  readonly tenantId: string;
  readonly workflowId: string;
  readonly contactId: string;
  readonly enrolledAt: Date;
  readonly actions: readonly PlannedAction[];
}

/** What is known of the contact at that moment; an unknown contact has neither. */
export interface EnrollingContact {
  readonly optedOut: boolean;
  readonly hasOpenEnrollment: boolean;
}

/**
 * Enrolls a contact: the workflow must be active, the contact not opted out and not in it already (409 each), `enrolled_at`
 * not in the future (422). SPEC 4.4.
 */
export const enroll = (
  workflow: Pick<WorkflowState, 'id' | 'tenantId' | 'status' | 'steps'>,
  request: EnrollmentRequest,
  contact: EnrollingContact,
  now: Date,
): Result<NewEnrollment> => {
  const enrolledAt = request.enrolledAt ?? now;
  const faults = notInFuture(enrolledAt, now, '/enrolled_at');
  if (faults.length > 0) return err(invalid(faults));
  if (workflow.status !== 'active')
    return err(conflict('workflow.not-active', 'Contacts can only be enrolled in an active workflow.'));
  if (contact.optedOut) return err(conflict('contact.opted-out', 'The contact has opted out of workflows.'));
  if (contact.hasOpenEnrollment) return err(alreadyEnrolled);
  const { id, contactId, pendingActions } = request;
  const actions = pendingActions?.map((action, index) => ({ position: index + 1, ...action }));
  return ok({
    id,
    tenantId: workflow.tenantId,
    workflowId: workflow.id,
    contactId,
    enrolledAt,
    actions: actions ?? planActions(workflow.steps, enrolledAt),
  });
};

/** Also what the store answers when a race made the open enrollment. */
export const alreadyEnrolled = conflict(
  'enrollment.already-open',
  'The contact already has an open enrollment in this workflow.',
);

/** What ended stays as it ended. */
export const notOpen = conflict('enrollment.not-open', 'The enrollment has ended already.');
