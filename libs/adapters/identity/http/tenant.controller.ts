import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import type { JsonObject } from '#domain/shared/json';
import { Door } from '#application/shared/door';
import { EditTenant } from '#application/identity/commands/edit-tenant';
import { GetTenant } from '#application/identity/queries/get-tenant';
import { tenantView } from '#application/identity/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller } from '#adapters/shared/http/parameters';
import { given } from '#adapters/shared/http/patch';
import { IsJsonObject, MayBeLeftOut } from '#adapters/shared/http/rules';
import { NewName } from '#adapters/identity/http/identity-fields';

class EditTenantBody {
  @NewName('Analytical Engines')
  name?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { fiscal_year_begins: '04-01' } })
  @MayBeLeftOut()
  @IsJsonObject()
  settings?: JsonObject;
}

@ApiTags('Identity')
@Controller('tenant')
export class TenantController {
  constructor(private readonly door: Door) {}

  @Operation({ id: 'getTenant', summary: 'Read the caller’s tenant.', permission: 'tenant:read', answers: tenantView })
  @Get()
  get(@Caller() actor: Actor) {
    return this.door.send(new GetTenant(actor));
  }

  @Operation({
    id: 'editTenant',
    summary: 'Change the tenant’s name and settings (JSON merge patch).',
    description:
      'Settings are the tenant’s own: at most 100, and 16 kB of JSON as they are kept. What is sent is merged into them (RFC 7396): objects member by member, everything else is replaced, and `null` removes. Not versioned: the last change of each wins.',
    permission: 'tenant:update',
    answers: tenantView,
  })
  @Patch()
  edit(@Caller() actor: Actor, @Body() body: EditTenantBody) {
    return this.door.send(new EditTenant(actor, given(body)));
  }
}
