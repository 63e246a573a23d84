import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import type { JsonObject } from '#domain/shared/json';
import { AsSent } from '#adapters/shared/http/body.pipe';
import { IsJsonObject, MayBeLeftOut } from '#adapters/shared/http/rules';

export class ContactBody {
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { language: 'en' },
    description: 'Replaces all of them. Left out, they stay.',
  })
  @MayBeLeftOut()
  @IsJsonObject()
  @AsSent()
  attributes?: JsonObject;

  @ApiPropertyOptional({
    example: false,
    description: '`true` ends the open enrollments and keeps the contact out of new ones.',
  })
  @MayBeLeftOut()
  @IsBoolean()
  opted_out?: boolean;
}
