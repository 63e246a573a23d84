import type { Subject } from '#domain/notifications/notice';
import type { NotificationKind } from '#domain/notifications/words';

/** What is sent to somebody outside the service: plain text. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

const SAID: Readonly<Record<NotificationKind, (name: string) => string>> = {
  task_assigned: (name) => `A task was assigned to you: ${name}`,
  task_ready: (name) => `Your task can begin: ${name}`,
  goal_achieved: (name) => `Your goal was achieved: ${name}`,
  goal_missed: (name) => `Your goal was missed: ${name}`,
  task_due_tomorrow: (name) => `Your task is due tomorrow: ${name}`,
  goal_off_track: (name) => `Your goal is off track: ${name}`,
};

/** A subject line is one line, whatever the thing is called. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Says what happened to whom it concerns, by name. */
export const letterOf = (kind: NotificationKind, about: Subject, reader: string): Letter => {
  const said = SAID[kind](oneLine(about.title ?? about.name ?? '(without a name)'));
  const ids = [
    ...(about.due_date ? [`Due: ${about.due_date}`] : []),
    ...(about.task_id ? [`Task: ${about.task_id}`] : []),
    ...(about.goal_id ? [`Goal: ${about.goal_id}`] : []),
  ];
  const text = [`Hello ${oneLine(reader)},`, '', `${said}.`, '', ...ids, ''].join('\n');
  return { subject: said, text };
};
