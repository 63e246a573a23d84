import { ASSESSMENT_STATUSES } from '#domain/goals/words';
import { listing } from '#application/shared/listing';
import { view, type Shown } from '#application/shared/view';

export const assessmentView = view('GoalAssessment', {
  id: 'uuid',
  goal_id: 'uuid',
  status: { oneOf: ASSESSMENT_STATUSES },
  score: { orNull: 'integer' },
  notes: { orNull: 'text' },
  assessor_id: { orNull: 'uuid' },
  assessed_at: 'time',
  created_at: 'time',
});
export type AssessmentView = Shown<typeof assessmentView>;

export const assessmentListing = listing({
  item: assessmentView,
  sortable: ['assessed_at', 'created_at'],
  filters: { status: { kind: { oneOf: ASSESSMENT_STATUSES } } },
});
