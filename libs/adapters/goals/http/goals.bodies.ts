import { ApiPropertyOptional, OmitType, PartialType, type ApiBodyOptions } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { HEAVIEST, LONGEST_CATEGORY, LONGEST_NAME } from '#domain/goals/goal-fields';
import {
  FIRST_STATUSES,
  GOAL_TYPES,
  LEVELS,
  MEASUREMENT_FREQUENCIES,
  PRIORITIES,
  PROGRESS_SOURCES,
  REVIEW_FREQUENCIES,
  RISK_LEVELS,
  TASK_WEIGHTINGS,
  type FirstStatus,
  type GoalType,
  type Level,
  type MeasurementFrequency,
  type Priority,
  type ProgressSource,
  type ReviewFrequency,
  type RiskLevel,
  type TaskWeighting,
} from '#domain/goals/words';
import {
  aliasFaults,
  Choice,
  Choosing,
  elsewhereFaults,
  ElsewhereOnly,
  Id,
  Metadata,
  required,
  Tags,
  Text,
  When,
} from '#adapters/shared/http/fields';
import { MayBeLeftOut, Within, Word } from '#adapters/shared/http/rules';

/** What a caller may write of a goal; `name` and `goal_type` must be given for a new one. */
class GoalFieldsBody {
  @ApiPropertyOptional({ maxLength: LONGEST_NAME, minLength: 1, example: 'Answer every customer within a day' })
  @MayBeLeftOut()
  @IsString()
  name?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_NAME, description: 'Another word for `name`.' })
  @MayBeLeftOut()
  @IsString()
  title?: string;

  @Text('Support answers on the day a question comes in, weekends included.')
  description?: string | null;

  @ApiPropertyOptional({ enum: GOAL_TYPES, example: 'strategic' })
  @MayBeLeftOut()
  @Word(GOAL_TYPES)
  goal_type?: GoalType;

  @Id('The goal it hangs below: one of the tenant that is open. `null`: a root.')
  parent_goal_id?: string | null;

  @Choosing(PRIORITIES, 'medium')
  priority?: Priority;

  @Choosing(RISK_LEVELS, 'medium')
  risk_level?: RiskLevel;

  @Choice(LEVELS, 'high')
  strategic_alignment?: Level | null;

  @Choice(LEVELS, 'high')
  business_value?: Level | null;

  @Id('Whose goal it is; by default the caller’s.')
  owner_id?: string | null;

  @Id('Another word for `owner_id`.')
  user_id?: string | null;

  @Id('The Driver it comes from.')
  origin_driver_id?: string | null;

  @Id('The Stakeholder who wants it.')
  stakeholder_id?: string | null;

  @Id('The BusinessActor who answers for it.')
  business_actor_id?: string | null;

  @Text('95 % of the questions are answered within 24 hours.')
  success_criteria?: string | null;

  @Text('Median time to first answer; share answered within a day.')
  key_performance_indicators?: string | null;

  @Choice(MEASUREMENT_FREQUENCIES, 'weekly')
  measurement_frequency?: MeasurementFrequency | null;

  @Choice(REVIEW_FREQUENCIES, 'quarterly')
  review_frequency?: ReviewFrequency | null;

  @When('2026-01-01', 'A time, or a date: then the beginning of that UTC day. May lie in the past.')
  start_date?: string | null;

  @When('2026-12-31', 'A time, or a date: then the end of that UTC day. May lie in the past, but not before the start.')
  target_date?: string | null;

  @Choosing(PROGRESS_SOURCES, 'manual')
  progress_source?: ProgressSource;

  @Choosing(TASK_WEIGHTINGS, 'count')
  task_weighting?: TaskWeighting;

  @ApiPropertyOptional({
    type: 'number',
    minimum: 0,
    maximum: HEAVIEST,
    default: 1,
    example: 1,
    description: 'Its share in its parent’s progress, with at most three decimals.',
  })
  @MayBeLeftOut()
  @Within(0, HEAVIEST, 3)
  weight?: number;

  @Text('customer service', LONGEST_CATEGORY)
  category?: string | null;

  @Tags()
  tags?: string[];

  @Metadata({ okr: 'O-3' })
  metadata?: JsonObject;
}

export class GoalBody extends GoalFieldsBody {
  @ApiPropertyOptional({ enum: FIRST_STATUSES, default: 'active', example: 'active' })
  @MayBeLeftOut()
  @Word(FIRST_STATUSES)
  status?: FirstStatus;

  static furtherFaults(body: JsonObject): readonly FieldFault[] {
    return [
      ...(body.name === undefined && body.title === undefined ? [required('name')] : []),
      ...(body.goal_type === undefined ? [required('goal_type')] : []),
      ...aliasFaults(body, ALIASES),
    ];
  }
}

const OWN_ROUTES = {
  status: '/goals/{id}/transitions',
  progress_percentage: '/goals/{id}/progress',
  progress_notes: '/goals/{id}/progress',
  assessment_status: '/goals/{id}/assessments',
  assessment_score: '/goals/{id}/assessments',
  assessment_notes: '/goals/{id}/assessments',
  completion_date: '/goals/{id}/transitions',
  last_progress_update: '/goals/{id}/progress',
  last_assessment_date: '/goals/{id}/assessments',
};

export class GoalPatch extends PartialType(OmitType(GoalFieldsBody, []), { skipNullProperties: false }) {
  @ElsewhereOnly('/goals/{id}/transitions')
  status?: unknown;

  @ElsewhereOnly('/goals/{id}/progress')
  progress_percentage?: unknown;

  @ElsewhereOnly('/goals/{id}/progress')
  progress_notes?: unknown;

  @ElsewhereOnly('/goals/{id}/assessments')
  assessment_status?: unknown;

  @ElsewhereOnly('/goals/{id}/assessments')
  assessment_score?: unknown;

  @ElsewhereOnly('/goals/{id}/assessments')
  assessment_notes?: unknown;

  @ElsewhereOnly('/goals/{id}/transitions')
  completion_date?: unknown;

  @ElsewhereOnly('/goals/{id}/progress')
  last_progress_update?: unknown;

  @ElsewhereOnly('/goals/{id}/assessments')
  last_assessment_date?: unknown;

  static furtherFaults(body: JsonObject): readonly FieldFault[] {
    return [...elsewhereFaults(body, OWN_ROUTES), ...aliasFaults(body, ALIASES)];
  }
}

const ALIASES = [
  ['title', 'name'],
  ['user_id', 'owner_id'],
] as const;

/** Good for pasting: all that a goal usually says, and the least. */
export const goalExamples: ApiBodyOptions = {
  type: GoalBody,
  examples: {
    usual: {
      value: {
        name: 'Answer every customer within a day',
        description: 'Support answers on the day a question comes in, weekends included.',
        goal_type: 'strategic',
        priority: 'high',
        business_value: 'high',
        measurement_frequency: 'weekly',
        start_date: '2026-01-01',
        target_date: '2026-12-31',
        tags: ['support', '2026'],
      },
    },
    least: { value: { name: 'Answer every customer within a day', goal_type: 'operational' } },
  },
};

export const goalPatchExamples: ApiBodyOptions = {
  type: GoalPatch,
  examples: { usual: { value: { priority: 'critical', target_date: '2027-03-31', tags: ['support', '2027'] } } },
};
