import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { IsArray, IsIn, IsString } from 'class-validator';
import { GOAL_LOGICS, type GoalLogic } from '#domain/workflows/goal-type';
import { AsSent } from '#adapters/shared/http/body.pipe';
import { Text } from '#adapters/shared/http/fields';
import { MayBeLeftOut } from '#adapters/shared/http/rules';

export class WorkflowBody {
  @ApiProperty({
    example: 'Abandoned cart',
    minLength: 3,
    maxLength: 100,
    description: 'Unique among the workflows of the tenant; case does not count.',
  })
  @IsString()
  name!: string;

  @Text('Three reminders, until they buy.')
  description?: string | null;

  @ApiPropertyOptional({
    enum: GOAL_LOGICS,
    default: 'any',
    description: '`any`: the first goal reached ends the enrollment; `all`: the one that completes the set does.',
  })
  @MayBeLeftOut()
  @IsIn(GOAL_LOGICS)
  goal_logic?: GoalLogic;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    maxItems: 100,
    example: [
      { type: 'wait', duration: 'PT1H' },
      { type: 'action', action: 'send_email', config: { template: 'cart-1' } },
    ],
    description:
      '`action` (send_email, send_sms, add_tag, webhook, custom) or `wait` (`duration` in ISO 8601, or `until` a time).',
  })
  @MayBeLeftOut()
  @IsArray()
  @AsSent()
  steps?: unknown[];
}

export class WorkflowPatch extends PartialType(WorkflowBody, { skipNullProperties: false }) {}
