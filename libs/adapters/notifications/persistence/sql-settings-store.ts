import { Injectable } from '@nestjs/common';
import type { Changes } from '#domain/shared/changes';
import { switchesOf, type Switch, type Switches } from '#domain/notifications/switches';
import { existing } from '#application/shared/existing';
import type { SettingsStore } from '#application/notifications/ports/settings-store';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';

@Injectable()
export class SqlSettingsStore implements SettingsStore {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
  ) {}

  async ofAll(tenantId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, Switches>> {
    const rows = await this.db.query<Switch & { readonly user_id: string }>(
      `SELECT user_id, kind, channel, enabled FROM notification_settings WHERE tenant_id = $1 AND user_id = ANY ($2::uuid[])`,
      [tenantId, userIds],
    );
    return new Map(userIds.map((id) => [id, switchesOf(rows.filter(({ user_id }) => user_id === id))]));
  }

  /** There may be no row yet that could be locked. */
  async hold(tenantId: string, userId: string): Promise<Switches> {
    await this.db.query(`SELECT pg_advisory_xact_lock(hashtextextended('notification-settings:' || $1 || $2, 0))`, [
      tenantId,
      userId,
    ]);
    return existing((await this.ofAll(tenantId, [userId])).get(userId) ?? null);
  }

  async set(tenantId: string, userId: string, switches: readonly Switch[], changes: Changes): Promise<void> {
    await this.db.query(
      `INSERT INTO notification_settings (tenant_id, user_id, kind, channel, enabled)
       SELECT $1, $2, s.kind, s.channel, s.enabled
       FROM unnest($3::text[], $4::text[], $5::boolean[]) AS s (kind, channel, enabled)
       ON CONFLICT (tenant_id, user_id, kind, channel) DO UPDATE SET enabled = excluded.enabled`,
      [
        tenantId,
        userId,
        switches.map(({ kind }) => kind),
        switches.map(({ channel }) => channel),
        switches.map(({ enabled }) => enabled),
      ],
    );
    await this.journal.write(
      [{ action: 'notification_settings.updated', entityType: 'notification_settings', entityId: userId, changes }],
      [],
    );
  }
}
