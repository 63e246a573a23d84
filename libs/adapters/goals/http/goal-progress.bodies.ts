import { ApiProperty, ApiPropertyOptional, type ApiBodyOptions } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { Text } from '#adapters/shared/http/fields';
import { IsTime, Uuid, Within } from '#adapters/shared/http/rules';

export class ProgressBody {
  @ApiProperty({
    type: 'number',
    minimum: 0,
    maximum: 100,
    example: 42.5,
    description: 'With at most four decimals; shown as a whole number.',
  })
  @Within(0, 100, 4)
  percentage!: number;

  @Text('The weekend shift is hired.')
  notes?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-26T10:00:00Z',
    description:
      'Since when it holds; not in the future. Default: now, and of a correction the time of what it corrects. The latest is the goal’s progress.',
  })
  @IsOptional()
  @IsTime()
  effective_at?: string | null;

  @ApiPropertyOptional({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The reported entry of this goal whose place it takes; that one stays in the history.',
  })
  @IsOptional()
  @Uuid()
  corrects?: string | null;
}

/** Good for pasting: what one usually says, and the least. */
export const progressExamples: ApiBodyOptions = {
  type: ProgressBody,
  examples: {
    usual: { value: { percentage: 42.5, notes: 'The weekend shift is hired.' } },
    earlier: { value: { percentage: 20, effective_at: '2026-01-26T10:00:00Z' } },
    least: { value: { percentage: 100 } },
  },
};
