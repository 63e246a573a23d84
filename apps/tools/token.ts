import { parseArgs } from 'node:util';
import { ROLES } from '#domain/shared/permissions';
import { localFolder } from '#infrastructure/local/local-servers';
import { mintToken, toolConfig } from '#infrastructure/local/local-service';
import { ensureMember } from '#infrastructure/local/members';

const USAGE = `Usage: npm run token -- --tenant <uuid> --role ${ROLES.join('|')} [--user <uuid>] [--email <address>] [--hours <n>]

Prints an access token of the tenant's user who is named by id or address, and makes that user when there is none.
Works on the service that npm start runs, or with DATABASE_URL and SECRET_KEY of the environment. For development only.
`;

const OPTIONS = {
  tenant: { type: 'string' },
  role: { type: 'string' },
  user: { type: 'string' },
  email: { type: 'string' },
  hours: { type: 'string', default: '12' },
  folder: { type: 'string', default: localFolder },
} as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Everything that was typed, checked; every fault is named at once. */
const read = () => {
  const { tenant = '', role, user, email, hours, folder } = parseArgs({ options: OPTIONS }).values;
  const asked = ROLES.find((known) => known.toLowerCase() === role?.toLowerCase());
  const faults = [
    ...(UUID.test(tenant) ? [] : ['--tenant takes the UUID of a tenant']),
    ...(asked ? [] : [`--role takes one of ${ROLES.join(', ')}`]),
    ...(user === undefined || UUID.test(user) ? [] : ['--user takes a UUID']),
    ...(email === undefined || /^\S+@\S+$/.test(email) ? [] : ['--email takes an address']),
    ...(Number(hours) > 0 && Number(hours) <= 8760 ? [] : ['--hours takes a number above 0, at most 8760']),
  ];
  if (!asked || faults.length > 0) throw new Error(faults.join('\n'));
  const named = { ...(user !== undefined && { userId: user.toLowerCase() }), ...(email !== undefined && { email }) };
  return { member: { tenantId: tenant.toLowerCase(), role: asked, ...named }, hours: Number(hours), folder };
};

const main = async (): Promise<void> => {
  const { member, hours, folder } = read();
  const config = await toolConfig(process.env, folder);
  const userId = await ensureMember(config.DATABASE_URL, member);
  process.stdout.write(`${mintToken(config, { ...member, userId }, hours)}\n`);
};

main().catch((error: unknown) => {
  const { code = '', message } = error as NodeJS.ErrnoException;
  process.stderr.write(`${message || code}\n\n${USAGE}`);
  process.exitCode = 2;
});
