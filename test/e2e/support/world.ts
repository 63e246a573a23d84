import { randomUUID } from 'node:crypto';
import { eventually, type Answer, type TestApp, type Tenant } from '../../support/app';
import { credentialsFor, member } from './credentials';
import { exampleOf, type Route } from './routes';

type Body = Record<string, unknown>;

/** A request that would succeed: everything its path names is there, and of the version it says. */
export interface Prepared {
  readonly path: string;
  /** What stands for each parameter of the path, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A tenant in whose name things are made that routes can be asked about. */
export class World {
  private made = 0;

  constructor(
    readonly app: TestApp,
    readonly tenant: Tenant,
    private readonly routes: readonly Route[],
  ) {}

  static async of(app: TestApp, routes: readonly Route[]): Promise<World> {
    return new World(app, await app.tenant(), routes);
  }

  /** Makes all that the route's path needs, and takes the body from the document. */
  async prepare(route: Route): Promise<Prepared> {
    const values: Record<string, string> = {};
    const path = await this.filled(route.path, values);
    await this.ready(route.path, path);
    return {
      path,
      values,
      headers: route.ifMatch === 'none' ? {} : await this.ifMatch(route, path),
      body: await this.bodyOf(route),
    };
  }

  /** Brings what the path names into the state in which the route does something. */
  private async ready(template: string, path: string): Promise<void> {
    const named = path.replace(/\/[^/]*$/, '');
    if (template.endsWith('/restore')) await this.remove(named);
    if (/^\/workflows\/\{id\}\/(pause|enrollments)$/.test(template)) await this.owner('POST', `${named}/activate`);
    // An action is completed or failed by the token of its claim.
    if (template.startsWith('/pending-actions/{id}/')) await this.claim();
  }

  /** A body that the document offers, under names and about elements nobody has yet. */
  async bodyOf(route: Route): Promise<unknown> {
    if (!route.body) return undefined;
    const shown = exampleOf(route.body) as Body;
    const example: Body = { ...shown, ...(await credentialsFor(this.app, this.tenant, route.path, shown)) };
    const body = 'linked_element_id' in example ? { ...example, linked_element_id: randomUUID() } : example;
    this.made += 1;
    if ('depends_on_id' in example) return { ...example, depends_on_id: await this.task() };
    const named = typeof body.name === 'string' ? { ...body, name: `${body.name} ${String(this.made)}` } : body;
    if (!/^\/pending-actions\/.*\/(complete|fail)$/.test(route.path)) return named;
    return { ...named, token: this.token };
  }

  /** The fencing token of the action made last. */
  private token: string = randomUUID();

  private async filled(template: string, values: Record<string, string>): Promise<string> {
    let [pattern, path] = ['', ''];
    for (const part of template.split('/').slice(1)) {
      const name = /^\{(.*)\}$/.exec(part)?.[1];
      const value = name === undefined ? part : await this.thing(pattern, path, name);
      if (name !== undefined) values[name] = value;
      [pattern, path] = [`${pattern}/${part}`, `${path}/${encodeURIComponent(value)}`];
    }
    // An action is completed or failed by the token of its claim.
    if (template.startsWith('/pending-actions/{id}/')) await this.claim();
    return path;
  }

  /** The id of something new in a collection. */
  private async thing(pattern: string, path: string, name: string): Promise<string> {
    const maker = this.makers[`${pattern}/{${name}}`];
    if (maker) return maker(path);
    const route = this.routes.find((one) => one.method === 'POST' && one.path === pattern);
    if (!route) throw new Error(`nothing can be made for ${pattern}/{${name}}: teach World how`);
    return this.idOf(await this.owner('POST', path, await this.bodyOf(route)));
  }

  private readonly makers: Readonly<Record<string, (path: string) => Promise<string>>> = {
    '/users/{id}': () => member(this.app, this.tenant),
    '/enrollments/{id}': async () => this.idOf(await this.enroll()),
    '/contacts/{contact_id}': () => this.contact(),
    '/pending-actions/{id}': async () => {
      const enrollment = await this.enroll();
      const { rows } = await this.app.sql.query<{ id: string }>(
        `SELECT id FROM workflow_pending_actions WHERE tenant_id = $1 AND enrollment_id = $2 ORDER BY position LIMIT 1`,
        [this.tenant.id, this.idOf(enrollment)],
      );
      return rows[0]!.id;
    },
    '/catalog/{kind}': async () => 'tags',
    '/catalog/{kind}/{external_id}': async (path) => {
      const external = `entry-${randomUUID()}`;
      await this.owner('PUT', `${path}/${external}`, { name: 'An entry' });
      return external;
    },
    '/notifications/{id}': async () => {
      const id = randomUUID();
      await this.app.sql.query(
        `INSERT INTO notifications (tenant_id, id, user_id, kind, details, source_key, in_inbox, created_at)
         VALUES ($1, $2, $3, 'task_ready', '{"title": "A task"}', $4, true, now())`,
        [this.tenant.id, id, this.tenant.userId, `test ${id}`],
      );
      return id;
    },
    '/tasks/{id}/dependencies/{depends_on_id}': async (path) => {
      const id = await this.task();
      await this.owner('POST', path, { depends_on_id: id });
      return id;
    },
    '/dead-letters/{id}': async () => {
      const id = randomUUID();
      const event = {
        event_type: 'contact.tag.added',
        tenant_id: this.tenant.id,
        contact_id: 'c-42',
        data: { tag_id: 't' },
      };
      await this.app.sql.query(
        `INSERT INTO dead_letters (tenant_id, id, way, origin, reason, detail, raw, received_at, created_at)
         VALUES ($1, $2, 'stream', $3, 'refused', 'It was refused.', $4, now(), now())`,
        [this.tenant.id, id, `test ${id}`, Buffer.from(JSON.stringify(event))],
      );
      return id;
    },
  };

  private async task(): Promise<string> {
    return this.idOf(await this.owner('POST', '/tasks', { title: 'A task' }));
  }

  private async contact(): Promise<string> {
    const external = `contact-${randomUUID()}`;
    await this.app.sql.query(
      `INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`,
      [this.tenant.id, randomUUID(), external],
    );
    return external;
  }

  private active: Promise<string> | undefined;

  /** A contact in a workflow that is kept for this. */
  private async enroll(): Promise<Answer> {
    const workflow = await (this.active ??= this.activeWorkflow());
    return this.owner('POST', `/workflows/${workflow}/enrollments`, { contact_id: await this.contact() });
  }

  private async activeWorkflow(): Promise<string> {
    const steps = [{ type: 'action', action: 'custom' }];
    const id = this.idOf(await this.owner('POST', '/workflows', { name: `Kept active ${randomUUID()}`, steps }));
    await this.owner('POST', `/workflows/${id}/activate`);
    return id;
  }

  private async claim(): Promise<void> {
    const { body } = await this.owner('POST', '/pending-actions/claim', { limit: 100, lease_seconds: 60 });
    const actions = (body.items ?? body.actions ?? []) as { token: string }[];
    this.token = actions.at(-1)?.token ?? this.token;
  }

  private async remove(path: string): Promise<void> {
    const { headers } = await this.owner('GET', path);
    await this.owner('DELETE', path, undefined, { 'if-match': headers.etag ?? '"1"' });
  }

  /** The present version of what a route changes; what is restored cannot be read, and has changed once more. */
  private async ifMatch({ path, ifMatch }: Route, filled: string): Promise<Record<string, string>> {
    const template = path.replace(/(\{[^}]*\})\/[^/{}]*$/, '$1');
    if (path.endsWith('/restore') || ifMatch === 'none') return {};
    const at = template === path ? filled : filled.replace(/\/[^/]*$/, '');
    const { headers } = await this.owner('GET', at);
    return { 'if-match': headers.etag ?? '"1"' };
  }

  private async owner(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await this.app.ask(method, path, {
      token: this.tenant.token.Owner,
      headers,
      ...(body !== undefined && { body }),
    });
    if (answer.status >= 300) throw new Error(`preparing ${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  private idOf({ body, text }: Answer): string {
    if (typeof body.id !== 'string') throw new Error(`what was made has no id: ${text}`);
    return body.id;
  }
}

/**
 * What stands in every table, as one text per table, of one tenant or of all; but for what the relay notes, and for when a key was
 * last used: a key has been used by whoever comes in with it, also when what they ask for is refused, and it is noted once a minute.
 */
export const storedRows = async (app: TestApp, tenantId?: string): Promise<Record<string, string>> => {
  await eventually(
    () => app.rows(`SELECT FROM sync_runs WHERE status = 'running' LIMIT 1`),
    ({ length }) => length === 0,
  );
  const tables = await app.rows<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname NOT IN ('migrations', 'schedule_runs', 'outbox_progress') ORDER BY 1`,
  );
  const parts = tables.map(({ name }) => {
    const owner = name === 'tenants' ? 'id' : 'tenant_id';
    // Rows of no tenant are dead letters of messages that other suites have published: channels know no databases.
    const mine = ` WHERE ${owner} ${tenantId === undefined ? 'IS NOT NULL' : `= '${tenantId}'`}`;
    return `SELECT '${name}' AS name, count(*) || ' rows ' || coalesce(md5(string_agg(t.row, ' ' ORDER BY t.row)), '') AS rows
            FROM (SELECT (to_jsonb(r) - ARRAY['publish_seq', 'last_used_at'])::text AS row FROM ${name} r${mine}) t`;
  });
  const rows = await app.rows<{ name: string; rows: string }>(parts.join(' UNION ALL '));
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
};
