import { Pool } from 'pg';
import fastify from 'fastify';
import { GOAL_COLUMNS } from '#adapters/goals/persistence/goal-columns';

/**
 * What the service's REST is held against: Fastify and `pg` alone, with nothing but the SQL of three routes. No tenants' walls,
 * no validation, no audit, no cache, no log. Run by the benchmark with DATABASE_URL, TENANT and PORT.
 */
const { DATABASE_URL: connectionString, TENANT: tenant, PORT: port } = process.env;
const pool = new Pool({ connectionString, max: 10 });
const server = fastify();

const ONE = `SELECT ${GOAL_COLUMNS} FROM goals g WHERE g.tenant_id = $1 AND g.id = $2 AND g.deleted_at IS NULL`;
const PAGE = `SELECT ${GOAL_COLUMNS} FROM goals g WHERE g.tenant_id = $1 AND g.deleted_at IS NULL
  ORDER BY g.created_at DESC, g.id DESC LIMIT 50`;
const MAKE = `
  INSERT INTO goals (tenant_id, id, path, name, goal_type, status, priority, risk_level, progress_source, task_weighting,
    weight, progress, assessment_status, start_date, version, created_at, updated_at)
  SELECT $1, id, id || '/', $2, $3, 'active', 'medium', 'medium', 'manual', 'count', 1, 0, 'pending', now(), 1, now(), now()
  FROM (SELECT gen_random_uuid() AS id) made RETURNING *`;

server.get<{ Params: { id: string } }>('/goals/:id', async ({ params }) => {
  const { rows } = await pool.query<object>(ONE, [tenant, params.id]);
  return rows[0];
});
server.get('/goals', async () => ({ items: (await pool.query<object>(PAGE, [tenant])).rows }));
server.post<{ Body: { name: string; goal_type: string } }>('/goals', async ({ body }, reply) => {
  const { rows } = await pool.query<object>(MAKE, [tenant, body.name, body.goal_type]);
  return reply.status(201).send(rows[0]);
});

void server.listen({ port: Number(port), host: '127.0.0.1' }).then(() => process.stdout.write('listening\n'));
