import { Body, Controller, Delete, Get, Param, Put, type PipeTransform } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#domain/shared/actor';
import { missing } from '#domain/shared/errors';
import { CATALOG_KINDS, type CatalogKind } from '#domain/workflows/catalog';
import { Door } from '#application/shared/door';
import type { PageRequest } from '#application/shared/listing';
import { PutCatalogEntry } from '#application/workflows/commands/put-catalog-entry';
import { RemoveCatalogEntry } from '#application/workflows/commands/remove-catalog-entry';
import { GetCatalogEntry } from '#application/workflows/queries/get-catalog-entry';
import { catalogListing, ListCatalogEntries } from '#application/workflows/queries/list-catalog-entries';
import { catalogEntryView } from '#application/workflows/views';
import { Operation } from '#adapters/shared/http/operation';
import { Caller, ExternalIdOf, PageOf } from '#adapters/shared/http/parameters';
import { Refused } from '#adapters/shared/http/problem';
import { CatalogEntryBody } from '#adapters/workflows/http/catalog.bodies';

class KindOfPath implements PipeTransform<string, CatalogKind> {
  transform(value: string): CatalogKind {
    const kind = CATALOG_KINDS.find((known) => known === value);
    if (!kind) throw new Refused(missing('catalog_kind'));
    return kind;
  }
}

const Kind = () => Param('kind', new KindOfPath());
const ExternalId = () => Param('external_id', new ExternalIdOf('catalog_entry'));

const KindParam = () => ApiParam({ name: 'kind', enum: CATALOG_KINDS, example: 'forms' });
const ExternalIdParam = () =>
  ApiParam({ name: 'external_id', example: 'form-7', description: 'Percent-encoded, `/` as `%2F`.' });

@ApiTags('Catalog')
@Controller('catalog/:kind')
export class CatalogController {
  constructor(private readonly door: Door) {}

  @Operation({
    id: 'listCatalogEntries',
    summary: 'List what is registered of one kind.',
    permission: 'catalog:read',
    answers: { page: catalogListing },
    errors: { 404: 'There is no such kind.' },
  })
  @KindParam()
  @Get()
  list(@Caller() actor: Actor, @Kind() kind: CatalogKind, @PageOf(catalogListing) page: PageRequest) {
    return this.door.send(new ListCatalogEntries(actor, kind, page));
  }

  @Operation({
    id: 'getCatalogEntry',
    summary: 'Read one entry of the catalog.',
    permission: 'catalog:read',
    answers: catalogEntryView,
    errors: { 404: 'There is no such kind or entry.' },
  })
  @KindParam()
  @ExternalIdParam()
  @Get(':external_id')
  get(@Caller() actor: Actor, @Kind() kind: CatalogKind, @ExternalId() externalId: string) {
    return this.door.send(new GetCatalogEntry(actor, kind, externalId));
  }

  @Operation({
    id: 'putCatalogEntry',
    summary: 'Register what exists, or replace what is registered.',
    description:
      'Answers 200 either way; not versioned, the last one wins. From the first entry of a kind on, criteria of new and changed workflow goals can only name entries of it.',
    permission: 'catalog:update',
    answers: catalogEntryView,
    errors: { 404: 'There is no such kind.' },
  })
  @KindParam()
  @ExternalIdParam()
  @Put(':external_id')
  put(
    @Caller() actor: Actor,
    @Kind() kind: CatalogKind,
    @ExternalId() externalId: string,
    @Body() { name = null, pipeline_id: pipelineId = null }: CatalogEntryBody,
  ) {
    return this.door.send(new PutCatalogEntry(actor, kind, externalId, { name, pipelineId }));
  }

  @Operation({
    id: 'deleteCatalogEntry',
    summary: 'Take an entry from the catalog.',
    description: 'One that goals name can go too; it shows at the next activation of their workflow.',
    permission: 'catalog:delete',
    answers: 'nothing',
    errors: { 404: 'There is no such kind or entry.' },
  })
  @KindParam()
  @ExternalIdParam()
  @Delete(':external_id')
  delete(@Caller() actor: Actor, @Kind() kind: CatalogKind, @ExternalId() externalId: string) {
    return this.door.send(new RemoveCatalogEntry(actor, kind, externalId));
  }
}
