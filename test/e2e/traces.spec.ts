import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '#infrastructure/local/processes';
import { eventually } from '../support/app';
import { build } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { scratchFolder } from '../support/scratch-folder';
import { TraceCollector, type CollectedSpan } from '../support/trace-collector';
import { PASSWORD, SECRET_KEY, SeparateService, type Told } from './support/separate-service';

/** A trace that somebody else has begun. */
class Trace {
  readonly id = randomBytes(16).toString('hex');
  readonly spanId = randomBytes(8).toString('hex');
  readonly parent = `00-${this.id}-${this.spanId}-01`;
}

const ids = <const N extends readonly string[]>(...names: N) =>
  Object.fromEntries(names.map((name) => [name, randomUUID()])) as Record<N[number], string>;

let database: TestDatabase;
let redis: PrivateRedis;
let folder: string;

beforeAll(async () => {
  [database, redis, folder] = await Promise.all([freshDatabase(), privateRedis(), scratchFolder('traces'), build()]);
}, 120_000);

afterAll(async () => {
  await SeparateService.killAll();
  await Promise.all([database.drop(), redis.stop(), rm(folder, { recursive: true, force: true })]);
});

/** Settings that have a process write at its end which files it has loaded; and which packages of OpenTelemetry those are of. */
const watched = async () => {
  const [preloaded, file] = [join(folder, `${randomUUID()}.cjs`), join(folder, randomUUID())];
  await writeFile(
    preloaded,
    `process.on('exit', () => require('node:fs').writeFileSync('${file}', Object.keys(require.cache).join('\\n')));`,
  );
  return {
    settings: { NODE_OPTIONS: `--require ${preloaded}` },
    loaded: (): Set<string | undefined> =>
      new Set([...readFileSync(file, 'utf8').matchAll(/@opentelemetry\/([\w-]+)/g)].map(([, name]) => name)),
  };
};

describe('Traces, where a collector takes them', () => {
  const traces = Object.fromEntries(
    ['goal', 'list', 'http', 'alone', 'one', 'other'].map((name) => [name, new Trace()]),
  ) as Record<'goal' | 'list' | 'http' | 'alone' | 'one' | 'other', Trace>;
  const contacts = ids('http', 'alone', 'one', 'other', 'broken', 'plain');
  const goals = ids('traced', 'untraced');
  const { form, words } = ids('form', 'words');
  const told = new Map<string, Told>();
  let collector: TraceCollector;
  let service: SeparateService;
  let codes: (number | null)[];

  const eventOf = (contact_id: string) => ({ event_type: 'form.submitted', contact_id, data: { form_id: form } });

  /** A workflow in which all contacts wait for the form. */
  const waiting = async (): Promise<void> => {
    const workflow = `/workflows/${String((await service.ask('POST', '/workflows', { name: 'Traced' })).id)}`;
    await service.ask('POST', `${workflow}/goals`, { goal_type: 'form_submitted', criteria: { form_id: form } });
    await service.ask('POST', `${workflow}/activate`);
    const items = Object.values(contacts).map((contact_id) => ({ contact_id }));
    await service.ask('POST', `${workflow}/enrollments`, { items });
  };

  const askOverHttp = async (): Promise<void> => {
    const [traced, untraced] = Object.values(goals).map((name) => ({ name, goal_type: 'tactical' }));
    await service.ask('POST', '/goals', traced, { traceparent: traces.goal.parent, 'X-Request-Id': 'traced-1' });
    await service.ask('POST', '/goals', untraced, { traceparent: `${traces.goal.parent}-more` });
    await service.ask('GET', `/goals?q=${words}`, undefined, { traceparent: traces.list.parent });
    await service.ask('POST', '/events', eventOf(contacts.http), { traceparent: traces.http.parent });
  };

  const addToTheStream = async (): Promise<void> => {
    const { tenant_id } = JSON.parse(Buffer.from(service.token.split('.')[1] ?? '', 'base64url').toString()) as {
      tenant_id: string;
    };
    const entry = (contact: string, ...beside: string[]) => [
      ...['event', JSON.stringify({ ...eventOf(contact), tenant_id })],
      ...beside,
    ];
    await service.add(entry(contacts.alone, 'traceparent', traces.alone.parent));
    await service.told('workflow.exit.goal', contacts.alone);
    await service.add(
      entry(contacts.one, 'traceparent', traces.one.parent),
      entry(contacts.other, 'traceparent', traces.other.parent),
      entry(contacts.broken, 'traceparent', 'none at all'),
      entry(contacts.plain),
    );
  };

  beforeAll(async () => {
    collector = await TraceCollector.listen();
    service = await SeparateService.start(['api', 'worker'], database, redis, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      // Nothing is sent before the end: what comes then was kept until then.
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    });
    await waiting();
    await askOverHttp();
    await addToTheStream();
    for (const [name, contact] of Object.entries(contacts))
      told.set(name, await service.told('workflow.exit.goal', contact));
    for (const [name, goal] of Object.entries(goals)) told.set(name, await service.told('goal.created', goal));
    await service.heard();
    expect(collector.spans).toEqual([]);
    codes = await service.end();
  }, 90_000);
  afterAll(() => {
    collector.stop();
  });

  const below = (parentSpanId: string, name?: string): CollectedSpan[] =>
    collector.spans.filter((span) => span.parentSpanId === parentSpanId && span.name === (name ?? span.name));
  const only = (spans: readonly CollectedSpan[]): CollectedSpan => {
    expect(spans).toHaveLength(1);
    return spans[0]!;
  };
  const statements = (span: CollectedSpan): string[] =>
    below(span.spanId).flatMap(({ name, attributes }) => (attributes['db.system.name'] === 'postgresql' ? [name] : []));

  it('are handed over when the processes end, by the name and version of the service', () => {
    expect(codes).toEqual([0, 0]);
    expect(collector.resources).toContainEqual(
      expect.objectContaining({ 'service.name': 'goal_service', 'service.version': expect.any(String) as string }),
    );
  });

  it('go from a request through its use case and its statements to the outgoing event', () => {
    const request = only(below(traces.goal.spanId));
    expect(request).toMatchObject({
      traceId: traces.goal.id,
      name: 'POST /api/v1/goals',
      attributes: { 'http.route': '/api/v1/goals', 'http.response.status_code': 201, request_id: 'traced-1' },
    });
    const use = only(below(request.spanId, 'CreateGoal'));
    expect(statements(use)).toEqual(['begin', 'insert']);
    expect(statements(request)).toEqual(expect.arrayContaining(['commit']));
    expect(told.get('traced')?.traceparent).toBe(`00-${traces.goal.id}-${use.spanId}-01`);
  });

  it('show what was asked of Redis', () => {
    const commands = collector.spans.filter(({ attributes }) => attributes['db.system.name'] === 'redis');
    expect(commands.some(({ traceId }) => traceId === traces.list.id)).toBe(true);
    expect(commands.filter(({ name, attributes }) => attributes['db.query.text'] !== name)).toEqual([]);
  });

  it('go from an entry of the stream through the decision to what goes out, and on to who is told of it', () => {
    const batch = only(below(traces.alone.spanId, 'decide events'));
    expect(batch).toMatchObject({ traceId: traces.alone.id, links: [] });
    const use = only(below(batch.spanId, 'DetectGoals'));
    expect(statements(use)).toEqual(expect.arrayContaining(['begin', 'select', 'insert', 'update']));
    expect(told.get('alone')?.traceparent).toBe(traces.alone.parent);
    const taken = collector.spans.filter(({ name }) => name === 'take facts');
    const isOfIt = ({ traceId, links }: CollectedSpan) =>
      [traceId, ...links.map((one) => one.traceId)].includes(traces.alone.id);
    expect(taken.some(isOfIt)).toBe(true);
  });

  it('go from an event over HTTP to its decision in the batch', () => {
    const request = only(below(traces.http.spanId));
    const batch = only(below(request.spanId, 'decide events'));
    expect(below(batch.spanId, 'DetectGoals')).toHaveLength(1);
    expect(told.get('http')?.traceparent).toBe(`00-${traces.http.id}-${request.spanId}-01`);
  });

  it('of events of several origins are linked to their decision, and each goes on by itself', () => {
    const batch = only(collector.spans.filter(({ name, links }) => name === 'decide events' && links.length > 0));
    expect(batch.parentSpanId ?? '').toBe('');
    expect(batch.attributes['messaging.batch.message_count']).toBe(4);
    expect(batch.links.map(({ traceId, spanId }) => [traceId, spanId])).toEqual(
      [traces.one, traces.other].map(({ id, spanId }) => [id, spanId]),
    );
    const use = only(below(batch.spanId, 'DetectGoals'));
    expect(['one', 'other'].map((name) => told.get(name)?.traceparent)).toEqual([
      traces.one.parent,
      traces.other.parent,
    ]);
    for (const name of ['broken', 'plain'])
      expect(told.get(name)?.traceparent).toBe(`00-${use.traceId}-${use.spanId}-01`);
  });

  it('begin anew where the header is none', () => {
    const traceparent = told.get('untraced')?.traceparent ?? '';
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(traceparent).not.toContain(traces.goal.id);
  });

  it('are named in the log beside the requests', () => {
    const lines = service.log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ request_id }) => request_id === 'traced-1').map(({ trace_id }) => trace_id)).toEqual([
      traces.goal.id,
    ]);
  });

  it('begin with nothing that nobody asked for', () => {
    const roots = collector.spans.filter(({ parentSpanId = '' }) => parentSpanId === '').map(({ name }) => name);
    // Requests, batches, and use cases of a schedule.
    expect(
      roots.filter((name) => !/^(GET|POST) \/api|^(decide events|take facts)$|^([A-Z][a-z]+)+$/.test(name)),
    ).toEqual([]);
  });

  it('hold no secret, no parameter and no constant of a statement, and no address', () => {
    const credentials = [service.token, PASSWORD, SECRET_KEY, new URL(database.appUrl).password];
    const parameters = [...Object.values(contacts), ...Object.values(goals), form, words];
    expect([...credentials, ...parameters].filter((one) => collector.said.includes(one))).toEqual([]);
    expect(collector.said).not.toMatch(/eyJ|Bearer/);
    const texts = collector.spans.flatMap(({ attributes }) => attributes['db.query.text'] ?? []) as string[];
    expect(texts).toContain('BEGIN; SET LOCAL app.tenant_ids = ?');
    expect(texts.filter((text) => text.includes("'"))).toEqual([]);
    const keys = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...keys].filter((key) => /values|header|url\.(path|query|full)/.test(key))).toEqual([]);
  });
});

describe('Traces', () => {
  it('without a collector load nothing but the interface, and what messages carry goes on all the same', async () => {
    const { settings, loaded } = await watched();
    const service = await SeparateService.start(['api'], database, redis, settings);
    const [{ parent }, name] = [new Trace(), randomUUID()];
    await service.ask('POST', '/goals', { name, goal_type: 'tactical' }, { traceparent: parent });
    const sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
    const { rows } = await sql.query('SELECT traceparent FROM outbox WHERE message LIKE $1', [`%${name}%`]);
    await sql.end();
    expect(rows).toEqual([{ traceparent: parent }]);
    expect(await service.end()).toEqual([0]);
    expect([...loaded()]).toEqual(['api']);
  }, 60_000);

  it('that nobody takes cost no request, are missed aloud once, and hold up no end', async () => {
    const { settings, loaded } = await watched();
    const service = await SeparateService.start(['api'], database, redis, {
      ...{ ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(await freePort(0))}` },
      ...{ OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '100' },
    });
    for (let n = 0; n < 3; n += 1) await service.ask('GET', '/goals');
    const warnings = () => Promise.resolve(service.log.match(/traces are lost/g) ?? []);
    await eventually(warnings, ({ length }) => length > 0);
    await service.ask('GET', '/goals');
    const began = performance.now();
    expect(await service.end()).toEqual([0]);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await warnings()).toHaveLength(1);
    expect(loaded()).toContain('sdk-trace-node');
  }, 60_000);
});
