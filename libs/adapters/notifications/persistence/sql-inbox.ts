import { Injectable } from '@nestjs/common';
import { sent, type Notice } from '#domain/notifications/notice';
import { Ids } from '#application/shared/tools';
import type { PageRequest } from '#application/shared/listing';
import type { AddressedNotice, Inbox } from '#application/notifications/ports/inbox';
import type { InboxReadModel } from '#application/notifications/ports/inbox-read-model';
import {
  notificationListing,
  notificationView,
  type InboxPage,
  type NotificationView,
} from '#application/notifications/views';
import { Database } from '#adapters/shared/persistence/database';
import { Journal } from '#adapters/shared/persistence/journal';
import { readPage } from '#adapters/shared/persistence/listed';
import { columnsOf } from '#adapters/shared/persistence/view-columns';

const NOTIFICATION = columnsOf(notificationView, 'n', { is_read: 'n.read_at IS NOT NULL' });

/** What of the inbox is a user's: `$1` is the tenant, `$2` the user. */
const OWN = ['n.tenant_id = $1', 'n.user_id = $2', 'n.in_inbox'];

@Injectable()
export class SqlInbox implements Inbox, InboxReadModel {
  constructor(
    private readonly db: Database,
    private readonly journal: Journal,
    private readonly ids: Ids,
  ) {}

  async add(tenantId: string, notices: readonly AddressedNotice[], now: Date): Promise<number> {
    const fresh = await this.addNew(tenantId, notices, now);
    if (fresh.length === 0) return 0;
    const mailed = fresh.filter(({ channels }) => channels.includes('email')).map(({ id }) => id);
    if (mailed.length > 0) await this.queue(tenantId, mailed, now);
    await this.journal.write(
      [],
      fresh.map((notice) => sent(notice.id, notice)),
    );
    return fresh.length;
  }

  /** In the order of their unique key: two who add the same at once wait for each other, and not crosswise. */
  private async addNew(tenantId: string, notices: readonly AddressedNotice[], now: Date) {
    const all = notices.map((notice) => ({ ...notice, id: this.ids.next() })).toSorted(byKey);
    const rows = await this.db.query<{ id: string }>(
      `INSERT INTO notifications (tenant_id, id, user_id, kind, details, source_key, in_inbox, created_at)
       SELECT $1, n.id, n.user_id, n.kind, n.details::jsonb, n.source_key, n.in_inbox, $8
       FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::boolean[])
         WITH ORDINALITY AS n (id, user_id, kind, details, source_key, in_inbox, position)
       ORDER BY n.position
       ON CONFLICT (tenant_id, user_id, source_key) DO NOTHING RETURNING id`,
      [
        tenantId,
        all.map(({ id }) => id),
        all.map(({ userId }) => userId),
        all.map(({ kind }) => kind),
        all.map(({ subject }) => JSON.stringify(subject)),
        all.map(({ sourceKey }) => sourceKey),
        all.map(({ channels }) => channels.includes('inbox')),
        now,
      ],
    );
    const added = new Set(rows.map(({ id }) => id));
    return all.filter(({ id }) => added.has(id));
  }

  private async queue(tenantId: string, ids: readonly string[], now: Date): Promise<void> {
    await this.db.query(
      `INSERT INTO notification_deliveries (tenant_id, notification_id, channel, state, attempts, next_at)
       SELECT $1, id, 'email', 'pending', 0, $3 FROM unnest($2::uuid[]) AS id`,
      [tenantId, ids, now],
    );
  }

  async markRead(tenantId: string, userId: string, id: string, now: Date): Promise<NotificationView | null> {
    const [row] = await this.db.query<NotificationView>(
      `UPDATE notifications n SET read_at = coalesce(n.read_at, $4) WHERE ${OWN.join(' AND ')} AND n.id = $3
       RETURNING ${NOTIFICATION}`,
      [tenantId, userId, id, now],
    );
    return row ?? null;
  }

  async markAllRead(tenantId: string, userId: string, now: Date): Promise<number> {
    const [row] = await this.db.query<{ read: number }>(
      `WITH marked AS (
         UPDATE notifications n SET read_at = $3 WHERE ${OWN.join(' AND ')} AND n.read_at IS NULL RETURNING 1
       ) SELECT count(*)::integer AS read FROM marked`,
      [tenantId, userId, now],
    );
    return row?.read ?? 0;
  }

  async page(tenantId: string, userId: string, request: PageRequest): Promise<InboxPage> {
    const page = await readPage(
      this.db,
      notificationListing,
      {
        ...{ from: 'notifications n', columns: NOTIFICATION, where: OWN, parameters: [tenantId, userId], id: 'n.id' },
        sorted: { created_at: 'n.created_at' },
        filtered: {
          kind: (values) => `n.kind = ANY (${values})`,
          is_read: (values) => `(n.read_at IS NOT NULL) = (${values}::boolean[])[1]`,
        },
      },
      request,
    );
    const [row] = await this.db.query<{ unread: number }>(
      `SELECT count(*)::integer AS unread FROM notifications n WHERE ${OWN.join(' AND ')} AND n.read_at IS NULL`,
      [tenantId, userId],
    );
    return { ...page, unread: row?.unread ?? 0 };
  }
}

const byKey = (one: Notice, other: Notice): number => (keyOf(one) < keyOf(other) ? -1 : 1);

const keyOf = ({ userId, sourceKey }: Notice): string => `${userId} ${sourceKey}`;
