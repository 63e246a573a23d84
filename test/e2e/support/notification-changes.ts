import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import { Inbox, type AddressedNotice } from '#application/notifications/ports/inbox';
import type { TestApp } from '../../support/app';
import { inDoor } from '../../support/in-door';

/** Has somebody told of a task of a goal, of one of no goal, and of a goal. */
export const tellSomebody = async (app: TestApp, tenantId: string): Promise<void> => {
  const [task_id, goal_id] = [randomUUID(), randomUUID()];
  const notice = (kind: AddressedNotice['kind'], subject: AddressedNotice['subject']): AddressedNotice => ({
    ...{ kind, userId: randomUUID(), sourceKey: randomUUID(), subject, channels: ['inbox'] },
  });
  const notices = [
    notice('task_ready', { task_id, title: 'Count', goal_id }),
    notice('task_due_tomorrow', { task_id, title: 'Count', goal_id: null }),
    notice('goal_off_track', { goal_id, name: 'Sell' }),
  ];
  const inbox = app.nest.get<Inbox>(Inbox);
  await inDoor(app, Actor.system([tenantId]), () => inbox.add(tenantId, notices, new Date()));
};
