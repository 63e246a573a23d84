import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsExternalId } from '#adapters/shared/http/rules';

export class CatalogEntryBody {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 200, example: 'Newsletter sign-up' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 200,
    example: null,
    description: 'The pipeline of a stage. Stages need it; nothing else has one.',
  })
  @IsOptional()
  @IsExternalId()
  pipeline_id?: string | null;
}
