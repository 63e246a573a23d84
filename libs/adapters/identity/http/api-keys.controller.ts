import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, IsString, Length } from 'class-validator';
import type { Actor } from '#domain/shared/actor';
import { PERMISSIONS } from '#domain/shared/permissions';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { CreateApiKey } from '#application/identity/commands/create-api-key';
import { RevokeApiKey } from '#application/identity/commands/revoke-api-key';
import { GetApiKey } from '#application/identity/queries/get-api-key';
import { ListApiKeys } from '#application/identity/queries/list-api-keys';
import { apiKeyListing, apiKeyView, newApiKeyView } from '#application/identity/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, IdOf, PageOf } from '#adapters/shared/http/parameters';
import { IsTime, timeOf } from '#adapters/shared/http/rules';
import { Name } from '#adapters/identity/http/identity-fields';

class CreateApiKeyBody {
  @Name('Shop')
  name!: string;

  @ApiProperty({ type: [String], enum: PERMISSIONS, isArray: true, example: ['event:publish'] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(PERMISSIONS.length)
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  scopes!: string[];

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2036-12-31T00:00:00Z',
    description: 'Left out: until it is revoked.',
  })
  @IsOptional()
  @IsTime()
  expires_at?: string | null;
}

const NO_KEY = { 404: 'The tenant has no such key.' };

@ApiTags('Identity')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'createApiKey',
    summary: 'Make a key for a program.',
    description:
      '`key` is shown this once: send it as `Authorization: Bearer gsk_…`. The key acts in its maker’s name, with those of its scopes that the maker has at the time.',
    permission: 'api_key:create',
    answers: newApiKeyView,
    creates: true,
    answersSecret: true,
  })
  @Post()
  create(@Caller() actor: Actor, @Body() { name, scopes, expires_at: ends }: CreateApiKeyBody) {
    return this.door.send(new CreateApiKey(actor, { name, scopes, expiresAt: ends ? timeOf(ends) : null }));
  }

  @Operation({
    id: 'listApiKeys',
    summary: 'List the tenant’s keys, revoked ones too.',
    permission: 'api_key:read',
    answers: { page: apiKeyListing },
  })
  @Get()
  list(@Caller() actor: Actor, @PageOf(apiKeyListing) page: PageRequest) {
    return this.door.send(new ListApiKeys(actor, page));
  }

  @Operation({
    id: 'getApiKey',
    summary: 'Read a key, without its secret.',
    permission: 'api_key:read',
    answers: apiKeyView,
    errors: NO_KEY,
  })
  @Get(':id')
  get(@Caller() actor: Actor, @Param('id', new IdOf('api_key')) id: string) {
    return this.door.send(new GetApiKey(actor, id));
  }

  @Operation({
    id: 'revokeApiKey',
    summary: 'Revoke a key for good.',
    description: 'It is taken for a minute more at most.',
    permission: 'api_key:delete',
    answers: 'nothing',
    errors: { 404: 'The tenant has no such key, or it is revoked already.' },
  })
  @Delete(':id')
  revoke(@Caller() actor: Actor, @Param('id', new IdOf('api_key')) id: string) {
    return this.door.send(new RevokeApiKey(actor, id));
  }
}
