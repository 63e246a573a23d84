import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { documentOfApi } from '#infrastructure/http/document';
import { TestApp } from '../support/app';
import { operationsOf } from '../support/open-api';

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
      expect(statuses.filter((status) => status.startsWith('2'))).toHaveLength(1);
      if (!path.startsWith('/api/')) return;
      expect(statuses).toEqual(expect.arrayContaining(['401', '403', '422', '503']));
      if (/\{(id|goal_id)\}/.test(path)) expect(statuses).toContain('404');
      if (method === 'PATCH') expect(statuses).toEqual(expect.arrayContaining(['412', '428']));
      expect(operation.security).toEqual([{ bearer: [] }]);
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

  it('refers to nothing that is not there', () => {
    const names = [...JSON.stringify(file).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(names.filter((name) => !(name in (file.components?.schemas ?? {})))).toEqual([]);
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
