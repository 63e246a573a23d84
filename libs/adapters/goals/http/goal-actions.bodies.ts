import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { GOAL_STATUSES, ON_CHILDREN, STATUS_ALIASES, type GoalStatus, type OnChildren } from '#domain/goals/words';
import { Reason } from '#adapters/shared/http/fields';
import { MayBeLeftOut, Word } from '#adapters/shared/http/rules';

export class TransitionBody {
  @ApiProperty({
    enum: GOAL_STATUSES,
    example: 'on_hold',
    description: '`completed` is read as `achieved`, `cancelled` as `abandoned`.',
  })
  @Word(GOAL_STATUSES, STATUS_ALIASES)
  to!: GoalStatus;

  @Reason(
    'Waiting for the new budget.',
    'Why. Needed to hold, to miss before the target date, to abandon what was begun, and to reopen.',
  )
  reason?: string | null;

  @ApiPropertyOptional({
    enum: ON_CHILDREN,
    default: 'refuse',
    description:
      'What becomes of open goals and tasks below one that ends: `refuse` (409 lists them), `leave` them, or `cascade`: goals end the same way, tasks are completed under `achieved` and else cancelled.',
  })
  @MayBeLeftOut()
  @Word(ON_CHILDREN)
  on_children?: OnChildren;
}
