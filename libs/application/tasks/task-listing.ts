import { TASK_PRIORITIES, TASK_STATUSES } from '#domain/tasks/words';
import type { Actor } from '#domain/shared/actor';
import { fault, invalid } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { listing, type PageRequest } from '#application/shared/listing';
import { taskView } from '#application/tasks/views';

/** Who calls, where tasks are asked for by whom they are assigned to. */
const ME = 'me';

/** `due_before` leaves its moment out. */
const filtersOfAny = {
  parent_task_id: { kind: 'uuid' },
  status: { kind: { wordOf: TASK_STATUSES } },
  priority: { kind: { wordOf: TASK_PRIORITIES } },
  assigned_to: { kind: { uuidOr: ME } },
  owner_id: { kind: 'uuid' },
  is_blocked: { kind: 'boolean', one: true },
  is_ready: { kind: 'boolean', one: true },
  due_before: { kind: 'time', one: true },
  tag: { kind: 'text' },
  q: { kind: 'text', one: true },
} as const;

const usual = {
  item: taskView,
  sortable: ['created_at', 'updated_at', 'title', 'priority', 'due_date', 'percent_complete'],
  deletable: true,
} as const;

/** Tasks as they can be listed (API, *Tasks*). */
export const taskListing = listing({ ...usual, filters: { goal_id: { kind: 'uuid' }, ...filtersOfAny } });

/** The tasks of one goal. */
export const goalTaskListing = listing({ ...usual, filters: filtersOfAny });

/** The same request with the caller's id for `me`; 422 where the caller is nobody. */
export const askedBy = (actor: Actor, page: PageRequest): Result<PageRequest> => {
  const { assigned_to: people } = page.filters;
  if (!people?.includes(ME)) return ok(page);
  const { userId } = actor;
  if (userId === null) return err(invalid([fault('?assigned_to', 'value', 'Nobody in person asks.')]));
  return ok({ ...page, filters: { ...page.filters, assigned_to: people.map((id) => (id === ME ? userId : id)) } });
};
