import type { GoalFields } from '#domain/goals/goal-fields';
import { camelKeys } from '#adapters/shared/http/camel-keys';
import { given } from '#adapters/shared/http/patch';
import { readTimeOrDay } from '#adapters/shared/http/rules';
import type { GoalPatch } from '#adapters/goals/http/goals.bodies';

/** The fields that a body gives, by the names and types they have inside; where the goal hangs stands beside. */
/** What a patch may name, but changes by a route of its own. */
type ElsewhereOnly =
  | 'status'
  | 'progress_percentage'
  | 'progress_notes'
  | 'assessment_status'
  | 'assessment_score'
  | 'assessment_notes'
  | 'parent_goal_id';

export const goalFieldsOf = (body: Omit<GoalPatch, ElsewhereOnly>): Partial<GoalFields> => {
  const { title, user_id, start_date, target_date, ...same } = body;
  const { name = title, owner_id = user_id } = body;
  return given({
    ...camelKeys(same),
    name,
    ownerId: owner_id,
    startDate: timeOf(start_date, 'first'),
    targetDate: timeOf(target_date, 'last'),
  });
};

/** Its form was checked, so what cannot be read is what was not given. */
const timeOf = (text: string | null | undefined, edge: 'first' | 'last'): Date | null | undefined =>
  typeof text === 'string' ? readTimeOrDay(text, edge) : text;
