import { OUT_STREAM } from '#infrastructure/redis/out-stream';
import { catalogFaults } from '../integration/support/catalog';
import { disagreements, type Told } from '../support/detection';
import { UNSENT } from '../support/outbox';
import { leaked } from './leaks';
import type { Servers } from './servers';

/** What nobody may ever find, each as a query that answers what is wrong (RELIABILITY, *The oracle*). */
const NEVER: Readonly<Record<string, string>> = {
  'a goal achieved twice by one enrollment': `SELECT enrollment_id, workflow_goal_id FROM workflow_goal_achievements
    GROUP BY tenant_id, enrollment_id, workflow_goal_id HAVING count(*) > 1`,
  'an exit told twice': `SELECT message::json -> 'details' ->> 'enrollment_id' FROM outbox
    WHERE message::json ->> 'event_type' = 'workflow.exit.goal' GROUP BY 1 HAVING count(*) > 1`,
  'an exit audited twice': `SELECT entity_id FROM audit_log WHERE action = 'workflow.exit.goal' GROUP BY tenant_id, entity_id HAVING count(*) > 1`,
  'an exit that is not told once': `SELECT e.id FROM workflow_enrollments e WHERE e.status = 'completed_goal' AND NOT EXISTS (
      SELECT FROM outbox o WHERE o.tenant_id = e.tenant_id AND o.message::json ->> 'event_type' = 'workflow.exit.goal'
        AND o.message::json -> 'details' ->> 'enrollment_id' = e.id::text)`,
  'an achievement that is not told': `SELECT a.id FROM workflow_goal_achievements a WHERE NOT EXISTS (
      SELECT FROM outbox o WHERE o.tenant_id = a.tenant_id AND o.message::json -> 'details' ->> 'achievement_id' = a.id::text)`,
  'an achievement told that is none': `SELECT o.message_id FROM outbox o WHERE o.message::json ->> 'event_type' = 'workflow.goal.achieved'
      AND NOT EXISTS (SELECT FROM workflow_goal_achievements a WHERE a.tenant_id = o.tenant_id
        AND a.id::text = o.message::json -> 'details' ->> 'achievement_id')`,
  'an unfinished action of an ended enrollment': `SELECT a.id FROM workflow_pending_actions a
    JOIN workflow_enrollments e ON e.tenant_id = a.tenant_id AND e.id = a.enrollment_id
    WHERE e.status <> 'active' AND a.status IN ('pending', 'claimed')`,
  'something of one tenant in another': `SELECT a.id FROM workflow_goal_achievements a
    WHERE NOT EXISTS (SELECT FROM workflow_enrollments e JOIN contacts c ON c.tenant_id = e.tenant_id AND c.id = e.contact_id
      WHERE e.tenant_id = a.tenant_id AND e.id = a.enrollment_id AND a.trigger_event ->> 'event_id' LIKE 'event-%'
        AND c.external_id = 'contact-' || split_part(a.event_id, '-', 2))`,
  'a counter that differs from its table': `WITH counted AS (
      SELECT tenant_id, workflow_id, counter, sum(value) AS n FROM workflow_daily_counters,
      LATERAL (VALUES ('enrolled', enrolled), ('ended', ended), ('goals_achieved', goals_achieved),
        ('time_to_goal_ms', time_to_goal_ms)) AS c (counter, value) GROUP BY 1, 2, 3
    ), there AS (
      SELECT e.tenant_id, e.workflow_id, c.counter, sum(c.n) AS n FROM workflow_enrollments e,
      LATERAL (VALUES ('enrolled', 1), ('ended', (e.status <> 'active')::int),
        ('goals_achieved', (e.status = 'completed_goal')::int), ('time_to_goal_ms', coalesce(e.time_to_goal_ms, 0))) AS c (counter, n)
      GROUP BY 1, 2, 3
    ) SELECT workflow_id, counter, counted.n, there.n FROM counted FULL JOIN there USING (tenant_id, workflow_id, counter)
      WHERE coalesce(counted.n, 0) <> coalesce(there.n, 0)`,
  'a time to the goal that is counted wrong': `WITH there AS (
      SELECT tenant_id, workflow_id, floor(time_to_goal_ms / 360000.0 + 0.5)::int AS tenths_of_hours, count(*) AS n
      FROM workflow_enrollments WHERE status = 'completed_goal' GROUP BY 1, 2, 3
    ) SELECT * FROM workflow_goal_times t FULL JOIN there USING (tenant_id, workflow_id, tenths_of_hours)
      WHERE t.enrollments IS DISTINCT FROM there.n`,
  'a transaction that is left open': `SELECT pid, state, query FROM pg_stat_activity
    WHERE usename = 'goal_service_app' AND xact_start < now() - interval '5 s'`,
  'a lock that is waited for': `SELECT l.locktype, l.mode, l.relation::regclass FROM pg_locks l
    WHERE NOT l.granted AND l.waitstart < now() - interval '5 s'`,
};

/** Everything that is wrong once all is over; an empty list is what every run must end with. */
export const findings = async (
  servers: Servers,
  stories: readonly Told[],
  malformed: readonly string[],
): Promise<string[]> => {
  const found = await disagreements(servers, stories);
  for (const [what, query] of Object.entries(NEVER)) {
    for (const row of await servers.rows(query)) found.push(`${what}: ${JSON.stringify(row)}`);
  }
  const leaks = await leaked(servers);
  return [
    ...found,
    ...leaks,
    ...(await ofDeadLetters(servers, malformed)),
    ...(await ofOutgoing(servers)),
    ...(await ofStreams(servers)),
    ...(await servers.asSuperuser(catalogFaults)),
  ];
};

const ofDeadLetters = async (servers: Servers, malformed: readonly string[]): Promise<string[]> => {
  const rows = await servers.rows<{ raw: Buffer; reason: string; detail: string }>(
    'SELECT raw, reason, detail FROM dead_letters',
  );
  const kept = new Set(rows.map(({ raw }) => raw.toString()));
  const bad = new Set(malformed);
  return [
    ...malformed.filter((text) => !kept.has(text)).map((text) => `lost instead of set aside: ${text}`),
    ...rows
      .filter(({ raw }) => !bad.has(raw.toString()))
      .map(
        ({ raw, reason, detail }) => `set aside without cause: ${raw.toString().slice(0, 200)} (${reason}: ${detail})`,
      ),
  ];
};

const ofOutgoing = async (servers: Servers): Promise<string[]> => {
  const rows = await servers.rows<{ message_id: string }>('SELECT message_id FROM outbox');
  const entries = await servers.redis.xrange(OUT_STREAM, '-', '+');
  const times = new Map(rows.map(({ message_id }) => [message_id, 0]));
  for (const [, fields] of entries) {
    const { id } = JSON.parse(fields[1] ?? '{}') as { id: string };
    times.set(id, (times.get(id) ?? -1) + 1);
  }
  const unsent = await servers.rows(`SELECT message_id FROM outbox WHERE ${UNSENT}`);
  return [
    ...[...times]
      .filter(([, n]) => n !== 1)
      .map(([id, n]) => `outgoing message ${id} stands ${String(n)} times in the stream`),
    ...(unsent.length > 0 ? [`${String(unsent.length)} outgoing messages are not noted as sent`] : []),
  ];
};

const ofStreams = async (servers: Servers): Promise<string[]> =>
  (await groupsOf(servers)).flatMap(({ shard, pending, lag, readTo }) =>
    pending === 0 && lag === 0 && readTo !== '0-0'
      ? []
      : [`${shard}: ${String(pending)} events pending, ${String(lag)} unread, read up to ${readTo}`],
  );

interface Group {
  readonly shard: string;
  readonly pending: number;
  readonly lag: number;
  readonly readTo: string;
}

/** How far the readers of each shard are; `NaN` where there is no group. */
export const groupsOf = ({ streams, shards }: Servers): Promise<Group[]> =>
  Promise.all(
    shards.map(async (shard) => {
      const groups = (await streams.xinfo('GROUPS', shard).catch(() => [])) as unknown[][];
      const fields = groups.find((one) => one.includes('goal-service')) ?? [];
      const field = (name: string): unknown => fields[fields.indexOf(name) + 1] ?? NaN;
      return {
        ...{ shard, readTo: String(field('last-delivered-id')) },
        ...{ pending: Number(field('pending')), lag: Number(field('lag')) },
      };
    }),
  );
