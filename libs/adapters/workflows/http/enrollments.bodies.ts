import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsOptional, IsString, ValidateNested } from 'class-validator';
import type { JsonObject } from '#domain/shared/json';
import { ENROLLED_AT_ONCE, type ContactToEnroll } from '#domain/workflows/enroll-all';
import { MOST_STEPS, PENDING_ACTION_TYPES, type PendingActionType } from '#domain/workflows/steps';
import { AsSent } from '#adapters/shared/http/body.pipe';
import { IsExternalId, IsJsonObject, IsTime, MayBeLeftOut, timeOf } from '#adapters/shared/http/rules';

export class HandedInActionBody {
  @ApiProperty({ enum: PENDING_ACTION_TYPES, example: 'send_email' })
  @IsIn(PENDING_ACTION_TYPES)
  action_type!: PendingActionType;

  @ApiProperty({
    format: 'date-time',
    example: '2026-01-26T10:00:00Z',
    description: 'Due from then on; a wait: over then.',
  })
  @IsTime()
  scheduled_at!: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, nullable: true, example: { template: 'cart-1' } })
  @IsOptional()
  @IsJsonObject()
  @AsSent()
  config?: JsonObject | null;
}

export class EnrollmentBody {
  @ApiProperty({
    example: 'c-42',
    minLength: 1,
    maxLength: 200,
    description: 'Your own id; an unknown contact is made.',
  })
  @IsExternalId()
  contact_id!: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { language: 'en' },
    description: 'Merged into those of the contact (RFC 7396).',
  })
  @IsOptional()
  @IsJsonObject()
  @AsSent()
  attributes?: JsonObject | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-25T10:00:00Z',
    description: 'For imports; not in the future. Default: now.',
  })
  @IsOptional()
  @IsTime()
  enrolled_at?: string | null;

  @ApiPropertyOptional({
    type: [HandedInActionBody],
    nullable: true,
    maxItems: MOST_STEPS,
    description: 'The steps of an external engine, in their order, instead of the workflow’s own.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_STEPS)
  @ValidateNested({ each: true })
  @Type(() => HandedInActionBody)
  pending_actions?: HandedInActionBody[] | null;
}

export const contactToEnroll = (body: EnrollmentBody): ContactToEnroll => ({
  contactId: body.contact_id,
  ...(body.attributes && { attributes: body.attributes }),
  ...(body.enrolled_at && { enrolledAt: timeOf(body.enrolled_at) }),
  ...(body.pending_actions && {
    pendingActions: body.pending_actions.map(({ action_type, scheduled_at, config }) => ({
      actionType: action_type,
      scheduledAt: timeOf(scheduled_at),
      config: config ?? null,
    })),
  }),
});

export class ExitBody {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, example: 'called us', default: 'manual' })
  @IsOptional()
  @IsString()
  reason?: string | null;
}

export class BulkExitBody {
  @ApiPropertyOptional({ type: [String], minItems: 1, maxItems: ENROLLED_AT_ONCE, example: ['c-42'] })
  @MayBeLeftOut()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(ENROLLED_AT_ONCE)
  @IsExternalId({ each: true })
  contact_ids?: string[];

  @ApiPropertyOptional({ format: 'date-time', example: '2026-01-01T00:00:00Z' })
  @MayBeLeftOut()
  @IsTime()
  enrolled_before?: string;

  @ApiProperty({ maxLength: 200, example: 'campaign withdrawn' })
  @IsString()
  reason!: string;
}
