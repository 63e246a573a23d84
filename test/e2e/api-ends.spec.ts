import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client } from 'pg';
import { eventually } from '../support/app';
import { build } from '../support/built';
import { freshDatabase, type TestDatabase } from '../support/database';
import { privateRedis, type PrivateRedis } from '../support/private-redis';
import { SeparateService } from './support/separate-service';

describe('An API that is told to end', () => {
  let database: TestDatabase;
  let redis: PrivateRedis;
  let sql: Client;
  let service: SeparateService;
  const opened: Socket[] = [];

  beforeAll(async () => {
    [database, redis] = await Promise.all([freshDatabase(), privateRedis(), build()]);
    sql = new Client({ connectionString: database.superUrl });
    await sql.connect();
    service = await SeparateService.start(['api'], database, redis);
  }, 120_000);
  afterAll(async () => {
    for (const socket of opened) socket.destroy();
    await SeparateService.killAll();
    await sql.end();
    await Promise.all([redis.stop(), database.drop()]);
  });

  const connection = async (): Promise<Socket> => {
    const socket = connect(service.port, '127.0.0.1').on('error', () => undefined);
    opened.push(socket);
    await once(socket, 'connect');
    return socket.resume();
  };
  const waiting = async (): Promise<number> => {
    const { rows } = await sql.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.n ?? 0;
  };

  it('lets go of who asks for nothing, answers who has asked, and waits for nobody for ever', async () => {
    const silent = await connection();
    const unfinished = await connection();
    unfinished.write('POST /api/v1/goals HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{');
    await sql.query('BEGIN');
    await sql.query('LOCK TABLE goals');
    const asked = service.ask('POST', '/goals', { name: 'Grow', goal_type: 'strategic' });
    await eventually(waiting, (n) => n > 0);

    const ended = service.end();
    await once(silent, 'close');
    await sql.query('ROLLBACK');
    expect(await asked).toMatchObject({ name: 'Grow' });
    expect(unfinished.destroyed).toBe(false);
    expect(await ended).toEqual([0]);
  }, 60_000);
});
