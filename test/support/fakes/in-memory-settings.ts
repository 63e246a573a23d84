import type { Changes } from '#domain/shared/changes';
import { switchesOf, type Switch, type Switches } from '#domain/notifications/switches';
import type { SettingsStore } from '#application/notifications/ports/settings-store';

/** The switches of people in memory. */
export class InMemorySettings implements SettingsStore {
  readonly audited: Changes[] = [];
  private readonly rows = new Map<string, Switch[]>();

  ofAll(tenantId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Switches>> {
    return Promise.resolve(new Map(userIds.map((id) => [id, this.of(tenantId, id)])));
  }

  hold(tenantId: string, userId: string): Promise<Switches> {
    return Promise.resolve(this.of(tenantId, userId));
  }

  set(tenantId: string, userId: string, switches: readonly Switch[], changes: Changes): Promise<void> {
    const key = `${tenantId} ${userId}`;
    const same = (one: Switch) => switches.some(({ kind, channel }) => one.kind === kind && one.channel === channel);
    this.rows.set(key, [...(this.rows.get(key) ?? []).filter((one) => !same(one)), ...switches]);
    this.audited.push(changes);
    return Promise.resolve();
  }

  private of(tenantId: string, userId: string): Switches {
    return switchesOf(this.rows.get(`${tenantId} ${userId}`) ?? []);
  }
}
