import { ApiProperty, ApiPropertyOptional, type ApiBodyOptions } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { ASSESSMENT_STATUSES, type AssessmentStatus } from '#domain/goals/words';
import { Text } from '#adapters/shared/http/fields';
import { IsTime, Within, Word } from '#adapters/shared/http/rules';

export class AssessmentBody {
  @ApiProperty({ enum: ASSESSMENT_STATUSES, example: 'completed', description: 'A completed one needs a score.' })
  @Word(ASSESSMENT_STATUSES)
  status!: AssessmentStatus;

  @ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 0, maximum: 100, example: 80 })
  @IsOptional()
  @Within(0, 100)
  score?: number | null;

  @Text('Weekends are covered; the night shift is not.')
  notes?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-26T10:00:00Z',
    description: 'When it was found; not in the future. Default: now.',
  })
  @IsOptional()
  @IsTime()
  assessed_at?: string | null;
}

export const assessmentExamples: ApiBodyOptions = {
  type: AssessmentBody,
  examples: {
    usual: { value: { status: 'completed', score: 80, notes: 'Weekends are covered; the night shift is not.' } },
    least: { value: { status: 'in_progress' } },
  },
};
