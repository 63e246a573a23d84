import { TRANSITIONS } from '#domain/goals/transitions';
import {
  ASSESSMENT_STATUSES,
  GOAL_STATUSES,
  GOAL_TYPES,
  HEALTHS,
  LEVELS,
  MEASUREMENT_FREQUENCIES,
  ON_CHILDREN,
  PRIORITIES,
  PROGRESS_SOURCES,
  REVIEW_FREQUENCIES,
  RISK_LEVELS,
  TASK_WEIGHTINGS,
} from '#domain/goals/words';
import { view, type ViewKind } from '#application/shared/view';

/** Every enumeration of goals, by the name of the field or parameter that takes or shows its words: a new one goes here. */
const WORDS = {
  goal_type: GOAL_TYPES,
  status: GOAL_STATUSES,
  priority: PRIORITIES,
  risk_level: RISK_LEVELS,
  strategic_alignment: LEVELS,
  business_value: LEVELS,
  measurement_frequency: MEASUREMENT_FREQUENCIES,
  review_frequency: REVIEW_FREQUENCIES,
  assessment_status: ASSESSMENT_STATUSES,
  progress_source: PROGRESS_SOURCES,
  task_weighting: TASK_WEIGHTINGS,
  health: HEALTHS,
  on_children: ON_CHILDREN,
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** `transitions`: from each status of a goal the ones it can change to. */
export const VOCABULARY = { ...WORDS, transitions: TRANSITIONS };
export type Vocabulary = typeof VOCABULARY;

const listOf = (words: readonly string[]): ViewKind => ({ listOf: { oneOf: words } });

export const vocabularyView = view('GoalVocabulary', {
  ...Object.fromEntries(Object.entries(WORDS).map(([name, words]) => [name, listOf(words)])),
  transitions: { mapOf: listOf(GOAL_STATUSES) },
});
