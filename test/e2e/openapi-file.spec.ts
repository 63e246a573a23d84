import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { documentOfApi } from '#infrastructure/http/document';
import { permissionsText } from '#infrastructure/http/permissions-text';
import { TestApp, type Tenant } from '../support/app';
import { credentialsFor, member } from './support/credentials';
import { offeredBodies, operationsOf, type Documented } from '../support/open-api';

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('openapi.json', () => {
  const file = JSON.parse(readFileSync(join(PROJECT_FOLDER, 'openapi.json'), 'utf8')) as OpenAPIObject;
  const operations = operationsOf(file);
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('is what `npm run openapi` writes', async () => {
    expect(asJson(await documentOfApi())).toEqual(file);
  });

  it('is what /docs-json of the running service answers', async () => {
    expect((await app.ask('GET', '//docs-json')).body).toEqual(file);
  });

  it('asks for what docs/permissions.md says, which `npm run permissions` writes', async () => {
    const text = readFileSync(join(PROJECT_FOLDER, 'docs/permissions.md'), 'utf8');
    expect(text).toBe(permissionsText((await app.ask('GET', '//docs-json')).body as unknown as OpenAPIObject));
  });

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId ?? '');
    expect(ids.filter((id, n) => !/^[a-z][A-Za-z]+$/.test(id) || ids.indexOf(id) !== n)).toEqual([]);
  });

  it.each(operations.map((one) => [one.name, one] as const))(
    '%s has one tag, a summary, a success and its errors',
    (_name, { operation, path, method }) => {
      expect(operation.tags).toHaveLength(1);
      expect(operation.summary).toMatch(/^[A-Z].+\.$/);
      const statuses = Object.keys(operation.responses);
      expect(statuses.filter((status) => /^20[0124]$/.test(status)).length).toBeGreaterThan(0);
      if (!path.startsWith('/api/')) return;
      const isPublic = (operation as { 'x-permission'?: string })['x-permission'] === 'public';
      expect(statuses).toEqual(expect.arrayContaining([...(isPublic ? [] : ['401', '403']), '422', '503']));
      if (/\{(id|goal_id)\}/.test(path)) expect(statuses).toContain('404');
      // A person's own switches and a tenant's settings have no version (SPEC 7).
      if (method === 'PATCH' && !['/api/v1/notifications/settings', '/api/v1/tenant'].includes(path))
        expect(statuses).toEqual(expect.arrayContaining(['412', '428']));
      expect(operation.security).toEqual(isPublic ? undefined : [{ bearer: [] }]);
    },
  );

  it('describes every error as a problem', () => {
    const wrong = operations.flatMap(({ name, operation, path }) =>
      Object.entries(operation.responses).flatMap(([status, response]) =>
        path.startsWith('/api/') &&
        status >= '400' &&
        !('application/problem+json' in ((response as { content?: object }).content ?? {}))
          ? [`${name} ${status}`]
          : [],
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('tells of what every body can be refused for, and keeps what a route says of its own limit', () => {
    const reading = operations.filter(({ path, operation }) => path.startsWith('/api/') && operation.requestBody);
    expect(reading.length).toBeGreaterThan(10);
    for (const { operation } of reading)
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '406', '413', '415']));
    const publish = operations.find(({ operation }) => operation.operationId === 'publishEvents');
    expect(publish?.operation.responses['413']).toMatchObject({ description: 'More than 2 MB.' });
  });

  it('refers to nothing that is not there', () => {
    const names = [...JSON.stringify(file).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(names.filter((name) => !(name in (file.components?.schemas ?? {})))).toEqual([]);
  });

  const idOf = async (tenant: Tenant, path: string, body: unknown): Promise<string> => {
    const made = await app.ask('POST', path, { token: tenant.token.Owner, body });
    expect(made).toMatchObject({ status: 201 });
    return String(made.body.id);
  };

  /** A tenant with one of everything that an example may be about, and where it stands in a path. */
  const world = async () => {
    const tenant = await app.tenant();
    const token = tenant.token.Owner;
    const steps = [{ type: 'action', action: 'send_email' }];
    const workflow = await idOf(tenant, '/workflows', { name: 'One of everything', steps });
    const goal = await idOf(tenant, '/goals', { name: 'One of everything', goal_type: 'strategic' });
    const workflowGoal = await idOf(tenant, `/workflows/${workflow}/goals`, {
      goal_type: 'form_submitted',
      criteria: { form_id: 'a form of no example' },
    });
    const link = await idOf(tenant, `/goals/${goal}/links`, {
      linked_element_id: randomUUID(),
      linked_element_type: 'Requirement',
      link_type: 'realizes',
    });
    const [task, other] = [
      await idOf(tenant, '/tasks', { title: 'One of everything' }),
      await idOf(tenant, '/tasks', { title: 'Another one' }),
    ];
    await app.ask('POST', `/workflows/${workflow}/activate`, { token });
    const enrollment = await idOf(tenant, `/workflows/${workflow}/enrollments`, { contact_id: 'c-1' });
    const claim = { limit: 1, lease_seconds: 60 };
    const { text } = await app.ask('POST', '/pending-actions/claim', { token, body: claim });
    const [, action = '', lease = ''] = /"id":"([^"]+)".*"token":"([^"]+)"/.exec(text) ?? [];
    const ids: Readonly<Record<string, string>> = {
      goals: goal,
      tasks: task,
      workflows: workflow,
      enrollments: enrollment,
      'pending-actions': action,
      users: await member(app, tenant),
    };
    return {
      tenant,
      token,
      lease,
      other,
      ids: { ...ids, goal_id: workflowGoal, link_id: link } as Readonly<Record<string, string>>,
    };
  };

  const filled = ({ path, operation }: Documented, ids: Readonly<Record<string, string>>): string =>
    path.replace('/api/v1', '').replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const known = name === 'id' ? ids[path.split('/')[3] ?? ''] : ids[name];
      const parameter = operation.parameters?.find((one) => 'name' in one && one.name === name);
      const { example, enum: values } = (parameter as { schema?: { example?: string; enum?: string[] } }).schema ?? {};
      return known ?? example ?? values?.[0] ?? '';
    });

  const examples = operations.flatMap((one) =>
    offeredBodies(file, one).map((body, n) => [`${one.name} (${String(n + 1)})`, one, body] as const),
  );

  it.each(examples)('%s has an example that works when pasted', async (_name, documented, offered) => {
    const { tenant, token, lease, other, ids } = await world();
    const path = filled(documented, ids);
    const { etag } = documented.method === 'PATCH' ? (await app.ask('GET', path, { token })).headers : {};
    // A claim's token and another task are what no example can know.
    const ofClaim = documented.path.startsWith('/api/v1/pending-actions/{id}') ? { token: lease } : {};
    const ofTask = documented.path.endsWith('/dependencies') ? { depends_on_id: other } : {};
    const known = await credentialsFor(
      app,
      tenant,
      documented.path.replace('/api/v1', ''),
      offered as Record<string, unknown>,
    );
    const body = { ...(offered as object), ...ofClaim, ...ofTask, ...known };
    const answer = await app.ask(documented.method, path, {
      token,
      body,
      ...(etag && { headers: { 'if-match': etag } }),
    });
    expect(answer.status < 300 ? [] : [{ path, body, answered: answer.text }]).toEqual([]);
  });

  it('is shown by Swagger UI from files of the service alone', async () => {
    const page = await app.ask('GET', '//docs');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toBeUndefined();
    const named = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) {
      expect(name).not.toMatch(/^(https?:)?\/\//);
      const asset = await app.ask('GET', `/${new URL(name, 'http://here/docs').pathname}`);
      expect({ name, status: asset.status }).toEqual({ name, status: 200 });
      expect(asset.headers['content-type']).toMatch(/javascript|css|image/);
      // Of the bundles only what the page itself loads counts; their source names many addresses.
      expect(asset.text).not.toMatch(/@import|url\(["']?https?:/);
    }
  });
});
