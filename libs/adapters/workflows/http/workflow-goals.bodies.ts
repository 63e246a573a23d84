import { ApiProperty, ApiPropertyOptional, PartialType, PickType, type ApiBodyOptions } from '@nestjs/swagger';
import { Allow, IsBoolean, IsIn, IsOptional } from 'class-validator';
import type { FieldFault } from '#domain/shared/errors';
import { isObject, type JsonObject } from '#domain/shared/json';
import { faultsOf } from '#domain/shared/result';
import { readCriteria, REQUIRED_CRITERIA } from '#domain/workflows/criteria';
import { CRITERIA_OF } from '#domain/workflows/criterion';
import { EVENT_TYPE_OF, GOAL_TYPES, type GoalType } from '#domain/workflows/goal-type';
import { LAST_POSITION, LONGEST_WINDOW } from '#domain/workflows/workflow-goal-input';
import { AsSent } from '#adapters/shared/http/body.pipe';
import { IsJsonObject, IsTime, MayBeLeftOut, Within } from '#adapters/shared/http/rules';

const EXAMPLES: Readonly<Record<GoalType, JsonObject>> = {
  tag_added: { tag_pattern: 'customer-*' },
  purchase_made: { min_amount: '100.00', currency: 'USD' },
  appointment_booked: { any_appointment: true },
  form_submitted: { form_id: 'form-7' },
  pipeline_stage_reached: { pipeline_id: 'sales', stage_id: 'won' },
};

// No two types share a key: closed and with one key at least, an object fits one of them.
const criteriaSchemas = GOAL_TYPES.map((goalType) => ({
  title: goalType,
  type: 'object',
  additionalProperties: false,
  ...(REQUIRED_CRITERIA[goalType] ? { required: [...REQUIRED_CRITERIA[goalType]] } : { minProperties: 1 }),
  description: `Held against \`${EVENT_TYPE_OF[goalType]}\`.`,
  properties: Object.fromEntries(
    CRITERIA_OF[goalType].map(({ key, form }) => [
      key,
      { type: key.startsWith('any_') ? 'boolean' : 'string', nullable: true, description: form },
    ]),
  ),
}));

export class WorkflowGoalBody {
  @ApiProperty({ enum: GOAL_TYPES, example: 'purchase_made', description: 'Never changes.' })
  @IsIn(GOAL_TYPES)
  goal_type!: GoalType;

  @ApiProperty({
    oneOf: criteriaSchemas,
    example: EXAMPLES.purchase_made,
    description: 'At least one key; all keys given must hold; `null` means not given.',
  })
  @IsJsonObject()
  @AsSent()
  criteria!: JsonObject;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: LONGEST_WINDOW,
    example: 72,
    description: 'Hours after its enrollment in which a contact can reach the goal; the last instant counts.',
  })
  @IsOptional()
  @Within(1, LONGEST_WINDOW)
  window_hours?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LAST_POSITION,
    example: 1,
    description: 'From 1. A taken one moves the others down by one. Missing: last.',
  })
  @MayBeLeftOut()
  @Within(1, LAST_POSITION)
  position?: number;

  @ApiPropertyOptional({
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: '2026-01-01T00:00:00Z',
    description: 'For imports: since when its criteria are in force. Not in the future.',
  })
  @IsOptional()
  @IsTime()
  active_since?: string | null;

  /** Criteria are read by the rules of their type, which the decorators cannot know. */
  static furtherFaults({ goal_type, criteria }: JsonObject): readonly FieldFault[] {
    const goalType = GOAL_TYPES.find((known) => known === goal_type);
    return goalType && isObject(criteria) ? faultsOf(readCriteria(goalType, criteria)) : [];
  }
}

export class WorkflowGoalPatchBody extends PartialType(
  PickType(WorkflowGoalBody, ['criteria', 'window_hours', 'position'] as const),
  { skipNullProperties: false },
) {
  @ApiPropertyOptional({ type: 'boolean', description: 'Switched on, its criteria are in force from that moment.' })
  @MayBeLeftOut()
  @IsBoolean()
  is_active?: boolean;

  @ApiPropertyOptional({ enum: GOAL_TYPES, readOnly: true, description: 'Never changes; another one is refused.' })
  @Allow()
  goal_type?: unknown;
}

/** One example for each goal type, good for pasting. */
export const workflowGoalExamples: ApiBodyOptions = {
  type: WorkflowGoalBody,
  examples: Object.fromEntries(
    GOAL_TYPES.map((goal_type) => [goal_type, { value: { goal_type, criteria: EXAMPLES[goal_type] } }]),
  ),
};
