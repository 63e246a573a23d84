import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { v7 } from 'uuid';
import { MONTH, monthOf, WAYS_IN, type Month, type MonthSize } from '#infrastructure/demo/month';
import { ShopApi, type Statistics } from '#infrastructure/demo/shop-api';
import { type ShopWorkflow } from '#infrastructure/demo/shop';
import { isDrained, waysIn } from '#infrastructure/demo/ways-in';
import { mintToken, type RunningService } from '#infrastructure/local/local-service';
import { ensureMember, ensureTenant } from '#infrastructure/local/members';

/** One line of the table: the workflow as it is in the end, by the service's own statistics. */
export interface Line extends Statistics {
  readonly workflow: ShopWorkflow;
}

export interface Outcome {
  readonly tenantId: string;
  readonly lines: readonly Line[];
  readonly month: Month;
  /** From the first message to the last decision. */
  readonly seconds: number;
}

/** Hears how far it has come. */
export interface Listener {
  said(what: string): void;
  sent(count: number, of: number): void;
}

const PATIENCE_MS = 60_000;

/** Replays a month in a new tenant, over all three ways in at once, and waits until everything is decided. */
export const replay = async (service: RunningService, size: MonthSize, listener: Listener): Promise<Outcome> => {
  const month = monthOf(size, new Date(Date.now() - MONTH));
  const tenantId = v7();
  const api = await newShop(service, tenantId);
  const ids = await api.open(month, ({ name }) => listener.said(`opened: ${name}`));
  const redis = new Redis(service.config.REDIS_URL, { maxRetriesPerRequest: 1 });
  // A lost connection also rejects the command under way; unheard, the event would be printed.
  redis.on('error', () => undefined);
  try {
    const began = performance.now();
    await sendAll(api, redis, month, tenantId, listener);
    await decided(api, redis, month, ids);
    const seconds = (performance.now() - began) / 1000;
    return { tenantId, lines: await linesOf(api, ids), month, seconds };
  } finally {
    redis.disconnect();
  }
};

const newShop = async ({ url, config }: RunningService, tenantId: string): Promise<ShopApi> => {
  const owner = { tenantId, role: 'Owner' } as const;
  await ensureTenant(config.DATABASE_URL, tenantId, 'Demo shop');
  const userId = await ensureMember(config.DATABASE_URL, owner);
  return new ShopApi(url, mintToken(config, { ...owner, userId }, 12));
};

const sendAll = async (
  api: ShopApi,
  redis: Redis,
  { messages }: Month,
  tenant_id: string,
  listener: Listener,
): Promise<void> => {
  const send = waysIn(api, redis);
  let sent = 0;
  const tell = (count: number): void => {
    sent += count;
    listener.sent(sent, messages.length);
  };
  await Promise.all(
    WAYS_IN.map((way) =>
      send[way](
        messages.flatMap((message) => (message.way === way ? [{ ...message.event, tenant_id }] : [])),
        tell,
      ),
    ),
  );
};

/** Pub/Sub gives no receipt: what must come of the events says when the last one is decided. */
const decided = async (
  api: ShopApi,
  redis: Redis,
  { leaving }: Month,
  ids: ReadonlyMap<ShopWorkflow, string>,
): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const lines = await linesOf(api, ids);
    const open = lines.filter(({ workflow, goals_achieved }) => goals_achieved !== leaving.get(workflow));
    if (open.length === 0 && (await isDrained(redis))) return;
    if (Date.now() > deadline) {
      const off = open.map(
        (line) =>
          `${line.workflow.name}: ${String(line.goals_achieved)} left by a goal, not ${String(leaving.get(line.workflow))}`,
      );
      throw new Error(
        `The month does not come out as it must:\n${off.join('\n') || 'the stream is not read to its end'}`,
      );
    }
    await sleep(50);
  }
};

const linesOf = (api: ShopApi, ids: ReadonlyMap<ShopWorkflow, string>): Promise<Line[]> =>
  Promise.all([...ids].map(async ([workflow, id]) => ({ workflow, ...(await api.statistics(id)) })));
