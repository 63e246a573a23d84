import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Servers } from './servers';

/** A deliberate mistake: in the compiled service, or in the schema. */
export interface Mutant {
  readonly name: string;
  readonly edits?: readonly (readonly [file: string, right: string, wrong: string])[];
  readonly schema?: string;
  /** Faults that would hide it. */
  readonly spared?: RegExp;
  /** The point at which it shows for certain, where a minute of everything at random seldom hits it. */
  readonly point?: string;
}

const LOOP = 'infrastructure/redis/stream-loop.js';
const GROUP = 'infrastructure/redis/stream-group.js';
const STORE = 'adapters/workflows/persistence/sql-detection-store.js';
const MARKS = 'infrastructure/redis/change-marks.js';

/** The mistakes that RELIABILITY names, each of which somebody has made. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledges before it has decided',
    edits: [
      [
        LOOP,
        'const postponed = new Set(',
        'await this.group.acknowledge(entries);\n        const postponed = new Set(',
      ],
    ],
  },
  {
    name: 'takes nothing over from the dead',
    edits: [[LOOP, 'await this.adopt();', '']],
    // What a dead reader was given is gone with the stream, and handed in again.
    spared: /flushed/,
  },
  {
    name: 'locks no enrollment',
    edits: [
      [STORE, 'OFFSET 0 FOR UPDATE) e', 'OFFSET 0) e'],
      [STORE, `AND (e.status = 'active') IS TRUE`, ''],
    ],
  },
  { name: 'begins to read at the end', edits: [[GROUP, `'0', 'MKSTREAM'`, `'$', 'MKSTREAM'`]] },
  {
    name: 'sends what has a higher id than the last one',
    schema: `DO $$ BEGIN EXECUTE replace(pg_get_functiondef('relay_next(bigint, integer)'::regprocedure),
      'u.publish_seq IS NULL', 'u.id > coalesce((SELECT max(b.id) FROM outbox b WHERE b.publish_seq IS NOT NULL), 0)'); END $$`,
  },
  {
    name: 'lets Redis number what goes out',
    point: 'relay after XADD, before it noted',
    edits: [
      [
        'infrastructure/redis/out-stream.js',
        `redis.call('XADD', KEYS[1], ARGV[i], 'event'`,
        `redis.call('XADD', KEYS[1], '*', 'event'`,
      ],
      ['infrastructure/redis/out-stream.js', 'if last ~= ARGV[1] then', 'if false then'],
      ['infrastructure/redis/out-stream.js', 'if (end !== this.end)', 'if (false)'],
      ['infrastructure/redis/out-stream.js', 'await this.expect(', 'await Promise.resolve('],
      ['infrastructure/redis/out-stream.js', 'seq > lastSeq', 'true'],
    ],
  },
  {
    name: 'sets the tenant for the session',
    edits: [['infrastructure/database/unit-of-work.js', 'BEGIN; SET LOCAL app', 'BEGIN; SET app']],
  },
  {
    name: 'does not hold the owner to the policies',
    schema: 'ALTER TABLE workflow_enrollments NO FORCE ROW LEVEL SECURITY',
  },
  {
    name: 'does not check what is written',
    schema: 'ALTER POLICY tenant ON workflow_goal_achievements WITH CHECK (true)',
  },
  {
    name: 'takes the tenant from the wrong place',
    edits: [
      [
        STORE,
        'tenantId: row.tenant_id,\n            workflowId: row.workflow_id',
        'tenantId: rows[0].tenant_id,\n            workflowId: row.workflow_id',
      ],
    ],
  },
  {
    name: 'joins without the tenant',
    edits: [
      [STORE, 'WHERE tenant_id = k.tenant_id AND external_id = k.contact_id', 'WHERE external_id = k.contact_id'],
      [STORE, 'WHERE tenant_id = k.tenant_id AND contact_id = c.id AND status', 'WHERE contact_id = c.id AND status'],
      [
        STORE,
        'SELECT id, workflow_id, enrolled_at FROM workflow_enrollments',
        'SELECT tenant_id, id, workflow_id, enrolled_at FROM workflow_enrollments',
      ],
      [STORE, 'SELECT e.id, k.tenant_id, e.workflow_id', 'SELECT e.id, e.tenant_id, e.workflow_id'],
      ['domain/workflows/decide.js', '`${type} ${tenantId} ${contactId}`', '`${type} ${contactId}`'],
    ],
  },
  {
    name: 'blames an event for a missing column',
    edits: [['adapters/shared/persistence/blame.js', 'const INPUT = /^(22|54)/', 'const INPUT = /^(22|42|54)/']],
  },
  {
    name: 'clears caches after the answer',
    // What is cached is gone with Redis, and nothing is cached in the seconds after.
    spared: /Redis/,
    edits: [
      [MARKS, `this.server.mark(news, changes.writer, 'to come')`, 'true'],
      [MARKS, '() => this.done(unit)', 'async () => void setTimeout(() => this.done(unit), 300)'],
    ],
  },
];

/** A copy of the compiled service with the mistake in it. Throws when what is to be spoiled is not there any more. */
export const build = async (
  dist: string,
  { edits = [] }: Mutant,
): Promise<{ dist: string; remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'goal-service-mutant-'));
  const copy = join(folder, 'dist');
  await cp(dist, copy, { recursive: true });
  await cp(join(dist, '../package.json'), join(folder, 'package.json'));
  await symlink(join(dist, '../node_modules'), join(folder, 'node_modules'));
  for (const [file, right, wrong] of edits) {
    const path = join(copy, 'libs', file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(right)) throw new Error(`${file} has no ${right}`);
    await writeFile(
      path,
      text.replace(right, () => wrong),
    );
  }
  return { dist: copy, remove: () => rm(folder, { recursive: true, force: true }) };
};

export const spoil = async (servers: Servers, { schema }: Mutant): Promise<void> => {
  if (schema !== undefined) await servers.rows(schema);
};
