import { isObject } from '#domain/shared/json';
import { isUuid } from '#domain/shared/text';
import { Actor } from '#domain/shared/actor';
import { isTold, type ToldFact } from '#domain/notifications/notice';
import type { Door } from '#application/shared/door';
import { TakeFacts } from '#application/notifications/commands/take-facts';
import { blameOf } from '#adapters/shared/persistence/blame';

/** How the journal has every message begin. */
const TYPE_IN_FRONT = /^\{"id":"[^"\\]*","event_type":"([^"\\]*)"/;

/** Takes outgoing events back in, for those whom they concern. One command and one transaction a tenant. */
export class FactIntake {
  constructor(
    private readonly door: Door,
    /** Hears of what is passed over because it can never be taken. */
    private readonly warn: (message: string) => void,
  ) {}

  /** Rejects when the world or the service is at fault; what was taken before may then be given again. */
  async take(messages: readonly Buffer[]): Promise<void> {
    const facts = messages.flatMap((message) => this.read(message) ?? []);
    for (const [tenantId, ofTenant] of byTenant(facts)) await this.takeOf(tenantId, ofTenant);
  }

  /** When the database refuses a value, the batch is halved until the culprit is alone. */
  private async takeOf(tenantId: string, facts: readonly ToldFact[]): Promise<void> {
    try {
      const taken = await this.door.send(new TakeFacts(Actor.system([tenantId], 'goal:read', 'task:read'), facts));
      if (!taken.ok) throw new Error(taken.error.message);
    } catch (failure) {
      if (blameOf(failure) !== 'input') throw failure;
      const [first] = facts;
      if (facts.length === 1 && first) {
        this.warn(`passed over ${first.id}: ${String(failure)}`);
        return;
      }
      const middle = facts.length >> 1;
      await this.takeOf(tenantId, facts.slice(0, middle));
      await this.takeOf(tenantId, facts.slice(middle));
    }
  }

  /** Of most the type says that nobody is to be told: they are not even parsed. */
  private read(message: Buffer): ToldFact | undefined {
    const json = message.toString();
    const [, type] = TYPE_IN_FRONT.exec(json) ?? [];
    if (type !== undefined && !isTold(type)) return undefined;
    const fact = factOf(json);
    if (!fact) this.warn(`passed over what is no outgoing event: ${json.slice(0, 100)}`);
    return fact && isTold(fact.type) ? fact : undefined;
  }
}

const byTenant = (facts: readonly ToldFact[]): Map<string, ToldFact[]> => {
  const tenants = new Map<string, ToldFact[]>();
  for (const fact of facts) tenants.set(fact.tenantId, [...(tenants.get(fact.tenantId) ?? []), fact]);
  return tenants;
};

const factOf = (json: string): ToldFact | undefined => {
  const said = parsed(json);
  if (!isObject(said)) return undefined;
  const { id, event_type: type, tenant_id: tenantId, goal_id: goalId, user_id: userId, details } = said;
  if (!isUuid(id) || typeof type !== 'string' || !isUuid(tenantId)) return undefined;
  return {
    ...{ id, type, tenantId, goalId: uuidOrNull(goalId), userId: uuidOrNull(userId) },
    details: isObject(details) ? details : {},
  };
};

const uuidOrNull = (value: unknown): string | null => (isUuid(value) ? value : null);

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
