import type { OutgoingFact } from '#domain/shared/aggregate';
import type { JsonObject } from '#domain/shared/json';
import { isUuid } from '#domain/shared/text';
import type { NotificationKind } from '#domain/notifications/words';
import type { NotificationFact } from '#domain/notifications/outgoing';

/** A fact that was told outside, as it comes back from the stream of outgoing events. */
export interface ToldFact {
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  readonly goalId: string | null;
  /** Who did it; `null`: the service itself. */
  readonly userId: string | null;
  readonly details: JsonObject;
}

/** What a notification is about, as it is shown: ids, and how the thing was called when it happened. */
export type Subject = Readonly<Record<string, string | null>>;

/** Something one person is to be told. `sourceKey`: where it comes from; a person is told of the same source once. */
export interface Notice {
  readonly kind: NotificationKind;
  readonly userId: string;
  readonly sourceKey: string;
  readonly subject: Subject;
}

/** Whom a type of fact concerns (the key of its details that names them), and what they are told. */
const TOLD_BY: Readonly<Record<string, { readonly kind: NotificationKind; readonly whom: string }>> = {
  'task.assigned': { kind: 'task_assigned', whom: 'assigned_to' },
  'task.ready': { kind: 'task_ready', whom: 'assigned_to' },
  'goal.achieved': { kind: 'goal_achieved', whom: 'owner_id' },
  'goal.missed': { kind: 'goal_missed', whom: 'owner_id' },
};

/** Whether facts of this type give anybody to know anything. Most do not. */
export const isTold = (type: string): boolean => Object.hasOwn(TOLD_BY, type);

/**
 * What a fact gives somebody to know; `null` where it concerns nobody, or only who did it: nobody is told what they did
 * themselves. Details that lack what is needed concern nobody.
 */
export const noticeOfFact = ({ id, type, goalId, userId, details }: ToldFact): Notice | null => {
  const told = isTold(type) ? TOLD_BY[type] : undefined;
  const whom = told && details[told.whom];
  if (!told || !isUuid(whom) || whom === userId) return null;
  const subject = type.startsWith('task.') ? taskSubject(goalId, details) : goalSubject(goalId, details);
  return subject && { kind: told.kind, userId: whom, sourceKey: id, subject };
};

const taskSubject = (goalId: string | null, { task_id, title }: JsonObject): Subject | null =>
  isUuid(task_id) ? { task_id, title: textOf(title), goal_id: goalId } : null;

const goalSubject = (goalId: string | null, { name }: JsonObject): Subject | null =>
  goalId === null ? null : { goal_id: goalId, name: textOf(name) };

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export interface DueTask {
  readonly taskId: string;
  readonly title: string;
  readonly goalId: string | null;
  readonly assignedTo: string;
  readonly dueDate: Date;
}

/** `day`: as `2026-11-26`, the one on which it is told. */
export const noticeOfDueTask = (day: string, { taskId, title, goalId, assignedTo, dueDate }: DueTask): Notice => ({
  kind: 'task_due_tomorrow',
  userId: assignedTo,
  sourceKey: `${day}:task_due_tomorrow:${taskId}`,
  subject: { task_id: taskId, title, goal_id: goalId, due_date: dueDate.toISOString() },
});

export interface LaggingGoal {
  readonly goalId: string;
  readonly name: string;
  readonly ownerId: string;
}

export const noticeOfLaggingGoal = (day: string, { goalId, name, ownerId }: LaggingGoal): Notice => ({
  kind: 'goal_off_track',
  userId: ownerId,
  sourceKey: `${day}:goal_off_track:${goalId}`,
  subject: { goal_id: goalId, name },
});

/** That somebody was told. What it was about is named, not described: the subject's own facts say that. */
export const sent = (id: string, { kind, userId, subject }: Notice): OutgoingFact<NotificationFact> => {
  const { task_id = null, goal_id = null } = subject;
  return {
    type: 'notification.sent',
    ...(goal_id !== null && { goalId: goal_id }),
    details: { notification_id: id, user_id: userId, kind, task_id, goal_id },
  };
};
