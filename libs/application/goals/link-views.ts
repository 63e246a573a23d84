import { DIRECTIONS, ELEMENT_TYPES, LINK_RELATIONSHIPS, LINK_TYPES } from '#domain/goals/archimate';
import { LEVELS, POLARITIES, RELATIONSHIP_STRENGTHS } from '#domain/goals/words';
import { view, type Shown } from '#application/shared/view';

export const goalLinkView = view('GoalLink', {
  id: 'uuid',
  goal_id: 'uuid',
  linked_element_id: 'uuid',
  linked_element_type: { oneOf: ELEMENT_TYPES },
  linked_element_name: { orNull: 'text' },
  link_type: { oneOf: LINK_TYPES },
  direction: { oneOf: DIRECTIONS },
  relationship: { oneOf: LINK_RELATIONSHIPS },
  relationship_strength: { oneOf: RELATIONSHIP_STRENGTHS },
  contribution_level: { oneOf: LEVELS },
  polarity: { oneOf: POLARITIES },
  influence_modifier: { orNull: { oneOf: ['++', '+', '-', '--', '0'] } },
  version: 'integer',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  updated_at: 'time',
  updated_by: { orNull: 'uuid' },
});
export type GoalLinkView = Shown<typeof goalLinkView>;

/** Everything is counted over distinct elements: one that is linked twice is one. */
export const realizationMapView = view('RealizationMap', {
  goal_id: 'uuid',
  linked_elements_count: 'integer',
  requirements_count: 'integer',
  capabilities_count: 'integer',
  courses_of_action_count: 'integer',
  stakeholders_count: 'integer',
  assessments_count: 'integer',
  overall_realization_score: { orNull: 'number' },
  last_assessed: { orNull: 'time' },
  by_type: { mapOf: 'integer' },
  by_relationship: { mapOf: 'integer' },
});
export type RealizationMapView = Shown<typeof realizationMapView>;
