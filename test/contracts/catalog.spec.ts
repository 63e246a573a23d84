import { randomUUID } from 'node:crypto';
import { Actor } from '#domain/shared/actor';
import type { CatalogKind } from '#domain/workflows/catalog';
import { CatalogReadModel } from '#application/workflows/ports/catalog-read-model';
import { CatalogRepository } from '#application/workflows/ports/catalog-repository';
import { TestApp } from '../support/app';
import { InMemoryCatalog } from '../support/fakes/in-memory-catalog';
import { pageRequest } from '../support/fakes/pages';
import { StandingClock } from '../support/fakes/tools';
import { inDoor } from '../support/in-door';

interface Subject {
  readonly tenantId: string;
  readonly otherTenantId: string;
  readonly work: <T>(
    use: (catalog: CatalogRepository, shown: CatalogReadModel) => Promise<T>,
    tenantId?: string,
  ) => Promise<T>;
}

const NAMELESS = { name: null, pipelineId: null };

const suite = (make: () => Promise<Subject>) => {
  let subject: Subject;

  beforeEach(async () => {
    subject = await make();
  });

  const put = (kind: CatalogKind, id: string, entry: { name?: string; pipelineId?: string } = {}) =>
    subject.work((catalog) => catalog.put(subject.tenantId, kind, id, { ...NAMELESS, ...entry }));
  const entry = (kind: CatalogKind, id: string) => subject.work((_, shown) => shown.entry(subject.tenantId, kind, id));

  it('shows an entry as it was put last', async () => {
    await put('stages', 'won', { name: 'Won', pipelineId: 'sales' });
    const first = await entry('stages', 'won');
    expect(first).toMatchObject({ kind: 'stages', external_id: 'won', name: 'Won', pipeline_id: 'sales' });
    await put('stages', 'won', { pipelineId: 'support' });
    expect(await entry('stages', 'won')).toMatchObject({
      name: null,
      pipeline_id: 'support',
      created_at: first?.created_at,
    });
  });

  it('leaves an entry untouched that is the same already', async () => {
    await put('forms', 'f', { name: 'F' });
    const first = await entry('forms', 'f');
    await put('forms', 'f', { name: 'F' });
    expect(await entry('forms', 'f')).toEqual(first);
  });

  it('knows the entries asked for of each kind that has any', async () => {
    await put('forms', 'f');
    await put('stages', 'won', { pipelineId: 'sales' });
    const known = await subject.work((catalog) =>
      catalog.known(subject.tenantId, [
        { kind: 'forms', externalId: 'f', pointer: '/a' },
        { kind: 'forms', externalId: 'g', pointer: '/b' },
        { kind: 'stages', externalId: 'lost', pipelineId: 'sales', pointer: '/c' },
        { kind: 'stages', externalId: 'won', pipelineId: 'sales', pointer: '/d' },
        { kind: 'tags', externalId: 'f', pointer: '/e' },
      ]),
    );
    expect([...known].map(([kind, entries]) => [kind, [...entries]]).sort()).toEqual([
      ['forms', [['f', { pipelineId: null }]]],
      ['stages', [['won', { pipelineId: 'sales' }]]],
    ]);
  });

  it('knows nothing when nothing is asked', async () => {
    await put('forms', 'f');
    expect([...(await subject.work((catalog) => catalog.known(subject.tenantId, [])))]).toEqual([]);
  });

  it('removes an entry once', async () => {
    await put('tags', 't');
    const remove = () => subject.work((catalog) => catalog.remove(subject.tenantId, 'tags', 't'));
    expect([await remove(), await remove()]).toEqual([true, false]);
    expect(await entry('tags', 't')).toBeNull();
  });

  it('lists one kind', async () => {
    await put('stages', 'won', { name: 'Won', pipelineId: 'sales' });
    await put('stages', 'lost', { name: 'Lost', pipelineId: 'sales' });
    await put('forms', 'f');
    const list = (filters: Record<string, readonly string[]>) =>
      subject.work((_, shown) =>
        shown.entries(subject.tenantId, 'stages', pageRequest({ by: 'external_id', filters })),
      );
    expect((await list({})).items.map(({ external_id }) => external_id)).toEqual(['won', 'lost']);
    expect((await list({ name: ['Won', 'Open'] })).total).toBe(1);
    expect((await list({ pipeline_id: ['support'] })).total).toBe(0);
  });

  it('keeps tenants apart', async () => {
    await put('forms', 'f');
    const { otherTenantId } = subject;
    const seen = await subject.work(
      async (catalog, shown) => [
        await shown.entry(otherTenantId, 'forms', 'f'),
        await catalog.remove(otherTenantId, 'forms', 'f'),
        (await catalog.known(otherTenantId, [{ kind: 'forms', externalId: 'f', pointer: '' }])).size,
      ],
      otherTenantId,
    );
    expect(seen).toEqual([null, false, 0]);
    expect(await entry('forms', 'f')).not.toBeNull();
  });
};

describe('a catalog in memory', () => {
  suite(() => {
    const catalog = new InMemoryCatalog(new StandingClock());
    return Promise.resolve({
      tenantId: randomUUID(),
      otherTenantId: randomUUID(),
      work: (use) => use(catalog, catalog),
    });
  });
});

describe('a catalog in PostgreSQL', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  suite(async () => {
    const [{ id: tenantId, userId }, { id: otherTenantId }] = [await app.tenant(), await app.tenant()];
    const catalog = app.nest.get<CatalogRepository>(CatalogRepository);
    const shown = app.nest.get<CatalogReadModel>(CatalogReadModel);
    return {
      tenantId,
      otherTenantId,
      work: (use, tenant = tenantId) => inDoor(app, Actor.member(tenant, userId, 'Admin'), () => use(catalog, shown)),
    };
  });
});
