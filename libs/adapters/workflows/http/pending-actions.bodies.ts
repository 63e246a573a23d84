import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsOptional, IsString } from 'class-validator';
import { ACTION_TYPES, type ActionType } from '#domain/workflows/steps';
import { IsTime, MayBeLeftOut, Uuid, Within } from '#adapters/shared/http/rules';

export class ClaimBody {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50, example: 10 })
  @MayBeLeftOut()
  @Within(1, 200)
  limit?: number;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 86_400, example: 60 })
  @Within(1, 86_400)
  lease_seconds!: number;

  @ApiPropertyOptional({
    enum: ACTION_TYPES,
    isArray: true,
    minItems: 1,
    example: ['send_email'],
    description: 'Default: all.',
  })
  @MayBeLeftOut()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(ACTION_TYPES, { each: true })
  types?: ActionType[];
}

const TOKEN = { format: 'uuid', example: '7b0ffb2e-53ad-4f1f-9d3c-5a1c1d9b8e01', description: 'Of the claim.' };

export class CompleteActionBody {
  @ApiProperty(TOKEN)
  @Uuid()
  token!: string;
}

export class FailActionBody {
  @ApiProperty(TOKEN)
  @Uuid()
  token!: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2_000, example: 'mailbox full' })
  @IsOptional()
  @IsString()
  error?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-26T11:00:00Z',
    description: 'When it is due again. Left out, the action has failed for good, and its enrollment with it.',
  })
  @IsOptional()
  @IsTime()
  retry_at?: string | null;
}
