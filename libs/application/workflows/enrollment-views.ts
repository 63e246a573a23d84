import {
  ENROLLMENT_STATUSES,
  PENDING_ACTION_STATUSES,
  shownStatus,
  type NewEnrollment,
} from '#domain/workflows/enrollment';

import { ACTION_TYPES, PENDING_ACTION_TYPES } from '#domain/workflows/steps';
import { view, type Shown } from '#application/shared/view';
import { achievementView } from '#application/workflows/achievements';

/** `contact_id` is the caller's id of the contact, `null` once it is erased. */
export const enrollmentView = view('Enrollment', {
  id: 'uuid',
  workflow_id: 'uuid',
  contact_id: { orNull: 'text' },
  status: { oneOf: ENROLLMENT_STATUSES },
  enrolled_at: 'time',
  exited_at: { orNull: 'time' },
  exit_reason: { orNull: 'text' },
  created_at: 'time',
  created_by: { orNull: 'uuid' },
});
export type EnrollmentView = Shown<typeof enrollmentView>;

/** An enrollment as it was made just now. */
export const newlyEnrolled = (enrollment: NewEnrollment, by: string | null, now: Date): EnrollmentView => {
  const next = enrollment.actions.find(({ actionType, scheduledAt }) => actionType !== 'wait' || scheduledAt > now);
  return {
    id: enrollment.id,
    workflow_id: enrollment.workflowId,
    contact_id: enrollment.contactId,
    status: shownStatus('active', next?.scheduledAt ?? null, now),
    enrolled_at: enrollment.enrolledAt.toISOString(),
    exited_at: null,
    exit_reason: null,
    created_at: now.toISOString(),
    created_by: by,
  };
};

/** As it is now: a wait whose time has come is `completed`, a step whose lease has run out `pending`. */
export const pendingActionView = view('PendingAction', {
  id: 'uuid',
  workflow_id: 'uuid',
  enrollment_id: 'uuid',
  position: 'integer',
  action_type: { oneOf: PENDING_ACTION_TYPES },
  config: 'object',
  scheduled_at: 'time',
  status: { oneOf: PENDING_ACTION_STATUSES },
  attempts: 'integer',
  lease_expires_at: { orNull: 'time' },
  error: { orNull: 'text' },
  finished_at: { orNull: 'time' },
});
export type PendingActionView = Shown<typeof pendingActionView>;

export const TIMELINE_EVENTS = [
  'enrolled',
  'action_completed',
  'action_failed',
  'action_cancelled',
  'goal_achieved',
  'completed',
  'completed_goal',
  'exited',
  'failed',
] as const;

/** One moment of an enrollment's course; `id` names the pending action or the achievement it is about. */
export const timelineEntryView = view('TimelineEntry', {
  at: 'time',
  event: { oneOf: TIMELINE_EVENTS },
  id: { orNull: 'uuid' },
  detail: { orNull: 'text' },
});
export type TimelineEntryView = Shown<typeof timelineEntryView>;

export const enrollmentCourseView = view('EnrollmentCourse', {
  ...enrollmentView.shape,
  pending_actions: { listOf: pendingActionView },
  achievements: { listOf: achievementView },
  timeline: { listOf: timelineEntryView },
});
export type EnrollmentCourseView = Shown<typeof enrollmentCourseView>;

export const exitedView = view('ExitedEnrollments', { exited: 'integer' });
export type ExitedView = Shown<typeof exitedView>;

/** A step handed to an engine: what to do, for whom, until when, and the token that completing it needs. */
export const claimedActionView = view('ClaimedAction', {
  id: 'uuid',
  workflow_id: 'uuid',
  enrollment_id: 'uuid',
  contact_id: 'text',
  action_type: { oneOf: ACTION_TYPES },
  config: 'object',
  scheduled_at: 'time',
  token: 'uuid',
  lease_expires_at: 'time',
  attempts: 'integer',
});
export type ClaimedActionView = Shown<typeof claimedActionView>;

export const claimedActionsView = view('ClaimedActions', { items: { listOf: claimedActionView } });
export type ClaimedActionsView = Shown<typeof claimedActionsView>;

export const contactView = view('Contact', {
  contact_id: 'text',
  attributes: 'object',
  opted_out: 'boolean',
  created_at: 'time',
  updated_at: 'time',
});
export type ContactView = Shown<typeof contactView>;
