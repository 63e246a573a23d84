import type { Changes } from '#domain/shared/changes';
import type { Switch, Switches } from '#domain/notifications/switches';

/** Who wants to be told what, and how. */
export abstract class SettingsStore {
  /** The switches of each of these users, those never set as they stand for everybody. */
  abstract ofAll(tenantId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Switches>>;

  /** Those of one user, held until the transaction ends: of two changes at once the second sees the first. */
  abstract hold(tenantId: string, userId: string): Promise<Switches>;

  /** Sets some switches of a user; audited. */
  abstract set(tenantId: string, userId: string, switches: readonly Switch[], changes: Changes): Promise<void>;
}
