import { ensureMember, ensureTenant } from '#infrastructure/local/members';
import { mintToken, type LocalService } from '#infrastructure/local/local-service';
import { PREFIX } from '#infrastructure/http/server';

/** The same on every start, so that what was tried out yesterday is there today. */
const DEMO_TENANT = '0197d0e0-0000-7000-8000-000000000001';
const TOKEN_HOURS = 12;

/** Sees to the demo tenant and its Owner, and answers what a newcomer needs: address, token, and a first line to paste. */
export const welcome = async ({ url, metricsUrl, config }: LocalService): Promise<string> => {
  const owner = { tenantId: DEMO_TENANT, role: 'Owner' } as const;
  await ensureTenant(config.DATABASE_URL, DEMO_TENANT, 'Demo');
  const userId = await ensureMember(config.DATABASE_URL, owner);
  const token = mintToken(config, { ...owner, userId }, TOKEN_HOURS);
  return `
Goal Service is running. Ctrl-C ends it.

  Swagger UI  ${url}/docs
  Metrics     ${metricsUrl}
  Tenant      ${DEMO_TENANT} (demo)

Token of its Owner, good for ${TOKEN_HOURS} hours (in Swagger UI: Authorize):

${token}

A first request:

curl -s ${url}/${PREFIX}/workflows -H 'Authorization: Bearer ${token}'

`;
};
