import { randomUUID } from 'node:crypto';
import type { Role } from '#domain/shared/permissions';
import { PasswordHasher } from '#application/identity/ports/password-hasher';
import { SessionTokens } from '#application/identity/ports/session-tokens';
import type { TestApp, Tenant } from '../../support/app';

type Body = Readonly<Record<string, unknown>>;

const freshEmail = (): string => `${randomUUID()}@example.com`;

const made = async (app: TestApp, path: string, body: object, token?: string): Promise<Body> => {
  const answer = await app.ask('POST', path, { body, ...(token !== undefined && { token }) });
  if (answer.status !== 201) throw new Error(`preparing ${path}: ${answer.text}`);
  return answer.body;
};

const account = async (app: TestApp, password: unknown = 'a rather long pass phrase'): Promise<Body> => {
  const email = freshEmail();
  return made(app, '/auth/register', { email, password, name: 'Somebody', tenant_name: 'Somewhere' });
};

/** The caller's own password becomes the one of the example. */
const passwordOfCaller = async (app: TestApp, { id, userId }: Tenant, password: unknown): Promise<void> => {
  const hash = await app.nest.get(PasswordHasher).hash(String(password));
  await app.rows('UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2', [id, userId, hash]);
};

/** A member of the tenant as they would be after joining, without the cost of their password. */
export const member = async ({ sql }: TestApp, { id }: Tenant, role: Role = 'Viewer'): Promise<string> => {
  const userId = randomUUID();
  await sql.query(
    `INSERT INTO users (tenant_id, id, email, name, role, email_confirmed_at, created_at, updated_at)
     VALUES ($1, $2, $3, 'A member', $4, now(), now(), now())`,
    [id, userId, freshEmail(), role],
  );
  return userId;
};

/** What no example can know: addresses that are free or have an account, and what was given away once. */
export const credentialsFor = async (app: TestApp, tenant: Tenant, path: string, example: Body): Promise<Body> => {
  switch (path) {
    case '/auth/register':
    case '/users/invitations':
      return { email: freshEmail() };
    case '/auth/login':
      return { email: (await account(app, example.password)).email };
    case '/auth/refresh':
      return { refresh_token: (await account(app)).refresh_token };
    case '/auth/verify-email': {
      const { tenant_id: tenantId, user_id: userId, email } = (await account(app)) as Record<string, string>;
      return {
        token: app.nest.get(SessionTokens).confirmation({ tenantId: tenantId!, userId: userId!, email: email! }),
      };
    }
    case '/auth/accept-invitation': {
      const invitation = { email: freshEmail(), role: 'Viewer' };
      return { token: (await made(app, '/users/invitations', invitation, tenant.token.Owner)).token };
    }
    case '/auth/password':
      await passwordOfCaller(app, tenant, example.current_password);
      return {};
    default:
      return {};
  }
};

/** With another character near its end. Not the last: of base64url's last character some bits say nothing. */
export const altered = (secret: string): string => secret.replace(/.(?=.{5}$)/, (at) => (at === 'A' ? 'B' : 'A'));
