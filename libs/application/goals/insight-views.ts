import { GOAL_STATUSES, HEALTHS, LEVELS, RISK_LEVELS } from '#domain/goals/words';
import { view, type Shown } from '#application/shared/view';
import { goalView, type GoalRow } from '#application/goals/views';

/** The keys of source document 000, and health. */
export const statusSummaryView = view('GoalStatusSummary', {
  goal_id: 'uuid',
  status: { oneOf: GOAL_STATUSES },
  progress_percentage: { orNull: 'integer' },
  days_until_target: { orNull: 'integer' },
  assessment_score: { orNull: 'integer' },
  risk_level: { oneOf: RISK_LEVELS },
  strategic_alignment: { orNull: { oneOf: LEVELS } },
  business_value: { orNull: { oneOf: LEVELS } },
  linked_elements_count: 'integer',
  last_updated: 'time',
  health: { orNull: { oneOf: HEALTHS } },
});
export type StatusSummaryView = Shown<typeof statusSummaryView>;

/** Scores from 0 to 1. */
export const analysisView = view('GoalAnalysis', {
  goal_id: 'uuid',
  priority_score: 'number',
  progress_score: 'number',
  risk_score: 'number',
  strategic_alignment_score: 'number',
  business_value_score: 'number',
  overall_health_score: 'number',
  attention_score: { orNull: 'number' },
  health: { orNull: { oneOf: HEALTHS } },
  last_analyzed: 'time',
});
export type AnalysisView = Shown<typeof analysisView>;

const place = {
  /** 1 for the goal that was named. */
  depth: 'integer',
  /** How many goals hang right below it. */
  children_count: 'integer',
} as const;

/** What is read of a goal in a tree; its path is not shown. */
export type TreeRow = GoalRow & { readonly path: string; readonly depth: number; readonly children_count: number };

export const treeGoalView = view('TreeGoal', { ...goalView.shape, ...place });
export type TreeGoalView = Shown<typeof treeGoalView>;
