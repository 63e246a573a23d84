import { randomUUID } from 'node:crypto';
import { Client, Pool } from 'pg';
import { freshDatabase, type TestDatabase } from '../support/database';
import { catalogFaults } from './support/catalog';

let database: TestDatabase;
let owner: Client;
let superuser: Client;

const connect = async (connectionString: string): Promise<Client> => {
  const client = new Client({ connectionString });
  await client.connect();
  return client;
};

beforeAll(async () => {
  database = await freshDatabase();
  [owner, superuser] = await Promise.all([connect(database.ownerUrl), connect(database.superUrl)]);
});
afterAll(async () => {
  await Promise.all([owner.end(), superuser.end()]);
  await database.drop();
});

describe('The catalog of the database', () => {
  it('keeps every rule of row-level security in every table', async () => {
    expect(await catalogFaults(superuser)).toEqual([]);
  });

  it.each([
    ['a table without a tenant', 'CREATE TABLE planted (id uuid)', 'planted: has no tenant_id'],
    [
      'a table without FORCE',
      'ALTER TABLE workflows NO FORCE ROW LEVEL SECURITY',
      'workflows: row-level security is not forced',
    ],
    [
      'a table without ENABLE',
      'ALTER TABLE workflows DISABLE ROW LEVEL SECURITY',
      'workflows: row-level security is not enabled',
    ],
    [
      'a policy without WITH CHECK of its own',
      `DROP POLICY tenant ON outbox; CREATE POLICY tenant ON outbox USING (tenant_id::text = current_setting('app.tenant_ids', true))`,
      'outbox: no policy for everybody binds USING and WITH CHECK to the tenants',
    ],
    [
      'a second policy that lets everybody through',
      'CREATE POLICY planted ON contacts USING (true)',
      'contacts: the policy planted opens it to everybody',
    ],
    [
      'a view with its owner’s rights',
      'CREATE VIEW planted AS SELECT * FROM workflows',
      'planted: a view without security_invoker',
    ],
    [
      'a unique key across tenants',
      'CREATE UNIQUE INDEX planted ON contacts (external_id)',
      'planted: a unique key that does not begin with tenant_id',
    ],
    [
      'a unique key on an expression',
      'CREATE UNIQUE INDEX planted ON contacts (lower(external_id))',
      'planted: a unique key that does not begin with tenant_id',
    ],
    [
      'a foreign key without the tenant',
      `CREATE TABLE planted_parents (tenant_id uuid, id uuid UNIQUE);
       ALTER TABLE contacts ADD CONSTRAINT planted FOREIGN KEY (id) REFERENCES planted_parents (id)`,
      'planted: a foreign key that does not carry the tenant',
    ],
    [
      'a foreign key that carries the tenant to another column',
      `CREATE TABLE planted_parents (tenant_id uuid, id uuid UNIQUE);
       ALTER TABLE contacts ADD CONSTRAINT planted FOREIGN KEY (tenant_id) REFERENCES planted_parents (id)`,
      'planted: a foreign key that does not carry the tenant',
    ],
    ['an enumeration type', `CREATE TYPE planted AS ENUM ('one')`, 'planted: an enumeration type'],
    [
      'a function that looks for its tables where its caller says',
      `CREATE FUNCTION planted() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT'`,
      'planted: SECURITY DEFINER without a fixed search_path that ends with pg_temp',
    ],
    [
      'a function with the rights of the tables’ owner',
      `CREATE FUNCTION planted() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'SELECT'`,
      'planted: SECURITY DEFINER of goal_owner, who may too much',
    ],
    [
      'a function everybody may call',
      'GRANT EXECUTE ON FUNCTION relay_next(bigint, integer) TO PUBLIC',
      'relay_next: may be executed by everybody',
    ],
    [
      'an application that can become a narrow role',
      'GRANT goal_relay TO goal_app',
      'goal_relay: may be become by goal_app',
    ],
  ])('is reported with %s', async (_what, planted, fault) => {
    await superuser.query('BEGIN');
    try {
      await superuser.query('SET LOCAL ROLE goal_owner');
      await superuser.query(planted);
      expect((await catalogFaults(superuser)).join('\n')).toContain(fault);
    } finally {
      await superuser.query('ROLLBACK');
    }
  });
});

describe('The role of the application', () => {
  let app: Client;
  beforeAll(async () => {
    app = await connect(database.appUrl);
  });
  afterAll(() => app.end());

  it('is neither owner of anything nor superuser, and cannot bypass row-level security', async () => {
    const { rows } = await app.query(`
      SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
        (SELECT count(*)::int FROM pg_class c WHERE c.relowner = r.oid) AS owns,
        pg_has_role(r.oid, (SELECT datdba FROM pg_database WHERE datname = current_database()), 'MEMBER') AS is_owner
      FROM pg_roles r WHERE r.rolname IN (current_user, 'goal_app')`);
    expect(rows).toHaveLength(2);
    for (const role of rows)
      expect(role).toMatchObject({
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        owns: 0,
        is_owner: false,
      });
  });

  it.each([
    'UPDATE audit_log SET action = action',
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
    'UPDATE outbox SET message = message',
    'DELETE FROM outbox',
    'ALTER TABLE workflows DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE workflows NO FORCE ROW LEVEL SECURITY',
    'DROP POLICY tenant ON workflows',
    'CREATE POLICY mine ON workflows USING (true)',
    'ALTER TABLE workflows ADD COLUMN mine text',
    'DROP TABLE workflows',
    'CREATE TABLE mine (id uuid)',
    'CREATE FUNCTION mine() RETURNS void LANGUAGE sql AS $$ SELECT $$',
    'SET ROLE goal_owner',
    'SET ROLE goal_relay',
    'INSERT INTO migrations (timestamp, name) VALUES (1, $$mine$$)',
  ])('is refused: %s', async (statement) => {
    await expect(app.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  it('gets no row at all by switching row security off', async () => {
    await app.query('BEGIN');
    await app.query('SET LOCAL row_security = off');
    await expect(app.query('SELECT count(*) FROM workflows')).rejects.toMatchObject({ code: '42501' });
    await app.query('ROLLBACK');
  });

  it('cannot slip a table of its own under a function that sees all tenants', async () => {
    await app.query('BEGIN');
    await app.query(
      'CREATE TEMP TABLE outbox (tenant_id uuid, id bigint, message_id uuid, message text, publish_seq bigint) ON COMMIT DROP',
    );
    await app.query(`INSERT INTO pg_temp.outbox VALUES ('${randomUUID()}', 1, '${randomUUID()}', 'mine', NULL)`);
    await app.query('GRANT ALL ON pg_temp.outbox TO goal_relay');
    const { rows } = await app.query('SELECT * FROM relay_next(0, 10)');
    await app.query('ROLLBACK');
    expect(rows).toEqual([]);
  });
});

describe('Rows of a tenant', () => {
  const [mine, other] = [randomUUID(), randomUUID()];
  const workflow = (tenant: string) => ({
    text: `INSERT INTO workflows (tenant_id, id, name, status, goal_logic, steps, version, created_at, updated_at)
           VALUES ($1, $2, 'A name', 'draft', 'any', '[]', 1, now(), now())`,
    values: [tenant, randomUUID()],
  });
  const settings: readonly (readonly [string, string | null, number])[] = [
    ['never set', null, 0],
    ['set to nothing', '', 0],
    ['of nobody', randomUUID(), 0],
    ['of another tenant', other, 1],
    ['of the tenant', mine, 1],
    ['of both', `${mine},${other}`, 2],
  ];
  let app: Client;

  beforeAll(async () => {
    app = await connect(database.appUrl);
    for (const tenant of [mine, other]) {
      await superuser.query('INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())', [
        tenant,
        'a tenant',
      ]);
      await superuser.query(workflow(tenant));
    }
  });
  afterAll(() => app.end());

  /** In a transaction that is rolled back, with the setting of a door. */
  const inTransaction = async <T>(tenants: string | null, work: () => Promise<T>): Promise<T> => {
    await app.query('BEGIN');
    try {
      if (tenants !== null) await app.query(`SELECT set_config('app.tenant_ids', $1, true)`, [tenants]);
      return await work();
    } finally {
      await app.query('ROLLBACK');
    }
  };

  it.each(settings)('are seen and changed as far as app.tenant_ids goes: %s', async (_what, tenants, seen) => {
    await inTransaction(tenants, async () => {
      expect((await app.query('SELECT 1 FROM workflows')).rowCount).toBe(seen);
      expect((await app.query('SELECT 1 FROM tenants')).rowCount).toBe(seen);
      expect((await app.query(`UPDATE workflows SET name = 'Taken'`)).rowCount).toBe(seen);
    });
  });

  it.each(['never set', 'set to nothing', 'of another tenant'])('are not made by others: %s', async (what) => {
    const tenants = settings.find(([name]) => name === what)![1];
    await inTransaction(tenants, async () => {
      await expect(app.query(workflow(mine))).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('cannot be handed over to another tenant', async () => {
    await inTransaction(mine, async () => {
      await expect(app.query('UPDATE workflows SET tenant_id = $1', [other])).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('stay closed to the next borrower of a connection, which finds an empty setting and no error', async () => {
    const pool = new Pool({ connectionString: database.appUrl, max: 1 });
    const first = await pool.connect();
    await first.query(`BEGIN; SELECT set_config('app.tenant_ids', '${mine}', true)`);
    expect((await first.query('SELECT 1 FROM workflows')).rowCount).toBe(1);
    await first.query('COMMIT');
    first.release();
    const next = await pool.connect();
    const { rows } = await next.query<{ left: string }>(`SELECT current_setting('app.tenant_ids', true) AS left`);
    expect(rows[0]?.left).toBe('');
    expect((await next.query('SELECT 1 FROM workflows')).rowCount).toBe(0);
    next.release();
    await pool.end();
  });

  it('are closed to the owner of the tables, where no narrow role of its is let in', async () => {
    await superuser.query(
      `INSERT INTO contacts (tenant_id, id, external_id, created_at, updated_at) VALUES ($1, $2, 'c-1', now(), now())`,
      [mine, randomUUID()],
    );
    expect((await owner.query('SELECT 1 FROM contacts')).rowCount).toBe(0);
  });

  it('of no tenant (dead letters) are seen by no tenant', async () => {
    await app.query(`SELECT intake_dead_letter($1, 'stream', 'x-1', 'not-json', 'no', 'raw', now(), now())`, [
      randomUUID(),
    ]);
    await inTransaction(`${mine},${other}`, async () => {
      expect((await app.query('SELECT 1 FROM dead_letters')).rowCount).toBe(0);
      await expect(
        app.query(
          `INSERT INTO dead_letters (tenant_id, id, way, origin, reason, detail, raw, received_at, created_at)
           VALUES (NULL, $1, 'stream', 'x-2', 'not-json', 'no', 'raw', now(), now())`,
          [randomUUID()],
        ),
      ).rejects.toMatchObject({ code: '42501' });
    });
  });
});
