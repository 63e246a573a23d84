import type { AchievementView } from '#application/workflows/achievements';
import type { EnrollmentView, PendingActionView, TimelineEntryView } from '#application/workflows/enrollment-views';

/** What happened in an enrollment, earliest first; what happened at the same moment in the order of an enrollment's course. */
export const timelineOf = (
  enrollment: EnrollmentView,
  actions: readonly PendingActionView[],
  achievements: readonly AchievementView[],
): TimelineEntryView[] =>
  [
    { at: enrollment.enrolled_at, event: 'enrolled', id: null, detail: null } as const,
    ...achievements.map(({ id, achieved_at, goal_type }) => entry(achieved_at, 'goal_achieved', id, goal_type)),
    ...actions.flatMap(ofAction),
    ...ofEnd(enrollment),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

const entry = (at: string, event: TimelineEntryView['event'], id: string | null, detail: string | null) => ({
  at,
  event,
  id,
  detail,
});

const EVENT_OF = { completed: 'action_completed', failed: 'action_failed', cancelled: 'action_cancelled' } as const;

const ofAction = ({ id, status, finished_at, action_type }: PendingActionView): TimelineEntryView[] =>
  finished_at === null || status === 'pending' || status === 'claimed'
    ? []
    : [entry(finished_at, EVENT_OF[status], id, action_type)];

const ofEnd = ({ exited_at, status, exit_reason }: EnrollmentView): TimelineEntryView[] =>
  exited_at === null || status === 'active' || status === 'waiting'
    ? []
    : [entry(exited_at, status, null, exit_reason)];
