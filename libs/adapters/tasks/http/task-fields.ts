import type { TaskFields } from '#domain/tasks/task-fields';
import { camelKeys } from '#adapters/shared/http/camel-keys';
import { given } from '#adapters/shared/http/patch';
import { readTimeOrDay } from '#adapters/shared/http/rules';
import type { TaskFieldsBody } from '#adapters/tasks/http/tasks.bodies';

type PlaceOnly = 'goal_id' | 'parent_task_id';

/** The fields that a body gives, by the names and types they have inside; where the task stands comes beside. */
export const taskFieldsOf = (body: Omit<TaskFieldsBody, PlaceOnly>): Partial<TaskFields> => {
  const { name, user_id, due_date, ...same } = body;
  const { title = name, owner_id = user_id } = body;
  return given({ ...camelKeys(same), title, ownerId: owner_id, dueDate: timeOf(due_date) });
};

/** Its form was checked, so what cannot be read is what was not given; a day alone stands for its end. */
const timeOf = (text: string | null | undefined): Date | null | undefined =>
  typeof text === 'string' ? readTimeOrDay(text, 'last') : text;
