import { Actor } from '#domain/shared/actor';
import { PutCatalogEntry, PutCatalogEntryHandler } from '#application/workflows/commands/put-catalog-entry';
import { RemoveCatalogEntry, RemoveCatalogEntryHandler } from '#application/workflows/commands/remove-catalog-entry';
import { GetCatalogEntry, GetCatalogEntryHandler } from '#application/workflows/queries/get-catalog-entry';
import { ListCatalogEntries, ListCatalogEntriesHandler } from '#application/workflows/queries/list-catalog-entries';
import { pageRequest } from '../../../support/fakes/pages';
import { expectOk } from '../../../support/results';
import { FORBIDDEN, refusal, World } from './world';

const MISSING = refusal('missing', 'catalog_entry.not-found');
const NAMELESS = { name: null, pipelineId: null };

let world: World;
beforeEach(() => {
  world = new World();
});

const put = (
  actor = world.admin,
  kind: 'forms' | 'stages' = 'forms',
  entry: { name: string | null; pipelineId: string | null } = NAMELESS,
) => new PutCatalogEntryHandler(world.catalog, world.catalog).execute(new PutCatalogEntry(actor, kind, 'x', entry));
const get = (actor = world.admin) =>
  new GetCatalogEntryHandler(world.catalog).execute(new GetCatalogEntry(actor, 'forms', 'x'));
const remove = (actor = world.admin) =>
  new RemoveCatalogEntryHandler(world.catalog).execute(new RemoveCatalogEntry(actor, 'forms', 'x'));
const list = (actor = world.admin) =>
  new ListCatalogEntriesHandler(world.catalog).execute(
    new ListCatalogEntries(actor, 'forms', pageRequest({ by: 'created_at' })),
  );

it('registers an entry and shows it', async () => {
  const made = expectOk(await put(world.as('Editor'), 'forms', { name: 'Sign-up', pipelineId: null }));
  expect(made).toMatchObject({ kind: 'forms', external_id: 'x', name: 'Sign-up' });
  expect(expectOk(await get(world.as('Viewer')))).toEqual(made);
  expect(expectOk(await list(world.as('Viewer'))).items).toEqual([made]);
});

it('refuses a stage without a pipeline and a pipeline of anything else', async () => {
  const fault = { ok: false, error: { fields: [{ pointer: '/pipeline_id' }] } };
  expect(await put(world.admin, 'stages')).toMatchObject(fault);
  expect(await put(world.admin, 'forms', { name: null, pipelineId: 'p' })).toMatchObject(fault);
});

it('removes an entry, and says when there is none', async () => {
  expectOk(await put());
  expectOk(await remove());
  expect(await remove()).toMatchObject(MISSING);
  expect(await get()).toMatchObject(MISSING);
});

it('finds nothing of another tenant', async () => {
  expectOk(await put());
  expect(await get(world.stranger)).toMatchObject(MISSING);
  expect(await remove(world.stranger)).toMatchObject(MISSING);
});

it('asks for permission', async () => {
  const nobody = Actor.system([world.tenantId]);
  expect(await put(world.as('Viewer'))).toMatchObject(FORBIDDEN);
  expect(await remove(world.as('Editor'))).toMatchObject(FORBIDDEN);
  expect(await get(nobody)).toMatchObject(FORBIDDEN);
  expect(await list(nobody)).toMatchObject(FORBIDDEN);
});
