import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, OmitType, PartialType, type ApiBodyOptions } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, ValidateIf } from 'class-validator';
import type { FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { LONGEST_TITLE, MOST_DEPENDENCIES, MOST_HOURS } from '#domain/tasks/task-fields';
import { TASK_PRIORITIES, TASK_STATUSES, type TaskPriority, type TaskStatus } from '#domain/tasks/words';
import {
  aliasFaults,
  Choosing,
  elsewhereFaults,
  ElsewhereOnly,
  Id,
  Metadata,
  Reason,
  required,
  Tags,
  Text,
  When,
} from '#adapters/shared/http/fields';
import { MayBeLeftOut, Uuid, Uuids, Within, Word } from '#adapters/shared/http/rules';

const Hours = (example: number, description: string) =>
  applyDecorators(
    ApiPropertyOptional({ type: 'number', nullable: true, minimum: 0, maximum: MOST_HOURS, example, description }),
    IsOptional(),
    Within(0, MOST_HOURS, Infinity),
  );

/** What a caller may write of a task at any time; `title` must be given for a new one. */
export class TaskFieldsBody {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LONGEST_TITLE,
    example: 'Write the answers to the ten usual questions',
  })
  @MayBeLeftOut()
  @IsString()
  title?: string;

  @ApiPropertyOptional({ maxLength: LONGEST_TITLE, description: 'Another word for `title`.' })
  @MayBeLeftOut()
  @IsString()
  name?: string;

  @Text('One page each, with a picture where it helps.')
  description?: string | null;

  @Id('The goal it works for: one of the tenant that is open. `null`: none.')
  goal_id?: string | null;

  @Id('The task it is a part of: one of the tenant that is open. `null`: none.')
  parent_task_id?: string | null;

  @Choosing(TASK_PRIORITIES, 'medium')
  priority?: TaskPriority;

  @Id('Whose task it is; by default the caller’s.')
  owner_id?: string | null;

  @Id('Another word for `owner_id`.')
  user_id?: string | null;

  @When('2026-12-31', 'A time, or a date: then the end of that UTC day. May lie in the past.')
  due_date?: string | null;

  @Hours(8, 'How long it is thought to take.')
  estimated_hours?: number | null;

  @Hours(2.5, 'How long it has taken so far.')
  actual_hours?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 100,
    default: 0,
    example: 0,
    description: '100 once the task is completed, and fixed while it is.',
  })
  @MayBeLeftOut()
  @Within(0, 100)
  percent_complete?: number;

  @Tags()
  tags?: string[];

  @Metadata({ board: 'B-3' })
  metadata?: JsonObject;
}

const ALIASES = [
  ['name', 'title'],
  ['user_id', 'owner_id'],
] as const;

export class TaskBody extends TaskFieldsBody {
  @ApiPropertyOptional({ enum: ['todo'], default: 'todo', description: 'Every task begins as `todo`.' })
  @MayBeLeftOut()
  @Word(['todo'])
  status?: 'todo';

  @Id('Who is to do it: a member of the tenant.')
  assigned_to?: string | null;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'uuid' },
    maxItems: MOST_DEPENDENCIES,
    description: 'The tasks that must be closed before it can start.',
  })
  @MayBeLeftOut()
  @IsArray()
  @ArrayMaxSize(MOST_DEPENDENCIES)
  @Uuids()
  dependencies?: string[];

  static furtherFaults(body: JsonObject): readonly FieldFault[] {
    const unnamed = body.title === undefined && body.name === undefined;
    return [...(unnamed ? [required('title')] : []), ...aliasFaults(body, ALIASES)];
  }
}

const OWN_ROUTES = {
  status: '/tasks/{id}/transitions',
  blocked_reason: '/tasks/{id}/transitions',
  completed_at: '/tasks/{id}/transitions',
  assigned_to: '/tasks/{id}/assignment',
  dependencies: '/tasks/{id}/dependencies',
};

export class TaskPatch extends PartialType(OmitType(TaskFieldsBody, []), { skipNullProperties: false }) {
  @ElsewhereOnly(OWN_ROUTES.status)
  status?: unknown;

  @ElsewhereOnly(OWN_ROUTES.blocked_reason)
  blocked_reason?: unknown;

  @ElsewhereOnly(OWN_ROUTES.completed_at)
  completed_at?: unknown;

  @ElsewhereOnly(OWN_ROUTES.assigned_to)
  assigned_to?: unknown;

  @ElsewhereOnly(OWN_ROUTES.dependencies)
  dependencies?: unknown;

  static furtherFaults(body: JsonObject): readonly FieldFault[] {
    return [...elsewhereFaults(body, OWN_ROUTES), ...aliasFaults(body, ALIASES)];
  }
}

export class TaskTransitionBody {
  @ApiProperty({ enum: TASK_STATUSES, example: 'in_progress', description: 'In any case.' })
  @Word(TASK_STATUSES)
  to!: TaskStatus;

  @Reason('The supplier has not answered.', 'Why. Needed for `blocked`, whose `blocked_reason` it is.')
  reason?: string | null;

  @ApiPropertyOptional({
    default: false,
    description: 'Start or complete it although it depends on open tasks; needs `task:override`, and is audited.',
  })
  @MayBeLeftOut()
  @IsBoolean()
  override?: boolean;
}

export class AssignmentBody {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    example: null,
    description: 'A member of the tenant; `null`: nobody.',
  })
  @ValidateIf((_, value) => value !== null)
  @Uuid()
  assigned_to!: string | null;
}

export class TaskDependencyBody {
  @ApiProperty({
    format: 'uuid',
    example: '01985f3a-7c1e-7b42-9d3f-5a6b7c8d9e0f',
    description: 'The task that must be closed first; of any goal, or none.',
  })
  @Uuid()
  depends_on_id!: string;
}

/** Good for pasting: all that a task usually says, and the least. */
export const taskExamples: ApiBodyOptions = {
  type: TaskBody,
  examples: {
    usual: {
      value: {
        title: 'Write the answers to the ten usual questions',
        description: 'One page each, with a picture where it helps.',
        priority: 'high',
        due_date: '2026-12-31',
        estimated_hours: 8,
        tags: ['support', '2026'],
      },
    },
    least: { value: { title: 'Write the answers to the ten usual questions' } },
  },
};

export const taskPatchExamples: ApiBodyOptions = {
  type: TaskPatch,
  examples: { usual: { value: { priority: 'critical', due_date: '2027-03-31', percent_complete: 40 } } },
};
