import { Client } from 'pg';
import { v7 } from 'uuid';
import type { Role } from '#domain/shared/permissions';

/** A person of a tenant, named by id or address; what is missing is looked up or made. */
export interface MemberAsked {
  readonly tenantId: string;
  readonly role: Role;
  readonly userId?: string;
  readonly email?: string;
}

/** Makes the tenant unless it is there. `url` is the application's: it takes no more rights than the service itself has. */
export const ensureTenant = (url: string, id: string, name: string): Promise<void> =>
  asTenant(url, id, async (db) => {
    await db.query(
      `INSERT INTO tenants (id, name, created_at, updated_at) VALUES ($1, $2, now(), now()) ON CONFLICT DO NOTHING`,
      [id, name],
    );
  });

/** The id of the user who is asked for, made when there is none. Throws, in words for whoever asked, when that cannot be. */
export const ensureMember = (url: string, asked: MemberAsked): Promise<string> =>
  asTenant(url, asked.tenantId, async (db) => {
    const { rowCount } = await db.query('SELECT FROM tenants WHERE id = $1', [asked.tenantId]);
    if (rowCount === 0) throw new Error(`There is no tenant ${asked.tenantId}.`);
    return (await known(db, asked)) ?? make(db, asked);
  });

const emailOf = ({ tenantId, role, userId, email }: MemberAsked): string =>
  email ?? `${userId ?? role.toLowerCase()}@${tenantId}.invalid`;

const known = async (db: Client, asked: MemberAsked): Promise<string | undefined> => {
  const { tenantId, userId = null } = asked;
  const { rows } = await db.query<{ id: string; email: string }>(
    'SELECT id, email FROM users WHERE tenant_id = $1 AND CASE WHEN $2::uuid IS NULL THEN lower(email) = lower($3) ELSE id = $2 END',
    [tenantId, userId, emailOf(asked)],
  );
  const [user] = rows;
  if (user && asked.email !== undefined && user.email.toLowerCase() !== asked.email.toLowerCase())
    throw new Error(`The user ${user.id} has the address ${user.email}, not ${asked.email}.`);
  return user?.id;
};

const make = async (db: Client, asked: MemberAsked): Promise<string> => {
  const { tenantId, role, userId = v7() } = asked;
  const { rowCount } = await db.query(
    `INSERT INTO users (tenant_id, id, email, name, role, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, now(), now()) ON CONFLICT DO NOTHING`,
    [tenantId, userId, emailOf(asked), role, role],
  );
  if (rowCount === 0) throw new Error(`The address ${emailOf(asked)} is taken by another user.`);
  return userId;
};

/** Works in one transaction that sees this tenant's rows only, as every request does. */
const asTenant = async <T>(url: string, tenantId: string, work: (db: Client) => Promise<T>): Promise<T> => {
  const db = new Client({ connectionString: url, application_name: 'goal-service', connectionTimeoutMillis: 5000 });
  // A lost connection also rejects the query under way; unheard, the event would end the process.
  db.on('error', () => undefined);
  await db.connect();
  try {
    await db.query('BEGIN');
    await db.query(`SELECT set_config('app.tenant_ids', $1, true)`, [tenantId]);
    const result = await work(db);
    await db.query('COMMIT');
    return result;
  } finally {
    // Ending the connection also rolls back what was not committed.
    await db.end();
  }
};
