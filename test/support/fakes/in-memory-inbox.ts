import type { OutgoingFact } from '#domain/shared/aggregate';
import type { Delivery } from '#domain/notifications/delivery';
import { sent } from '#domain/notifications/notice';
import type { PageRequest } from '#application/shared/listing';
import type { Ids } from '#application/shared/tools';
import type { Deliveries, DeliveryState, ToBeTold } from '#application/notifications/ports/deliveries';
import type { AddressedNotice, Inbox } from '#application/notifications/ports/inbox';
import type { InboxReadModel } from '#application/notifications/ports/inbox-read-model';
import type { InboxPage, NotificationView } from '#application/notifications/views';
import { pageInMemory } from './pages';

interface Row {
  readonly tenantId: string;
  readonly id: string;
  readonly notice: AddressedNotice;
  readonly createdAt: Date;
  readAt: Date | null;
}

/** Inboxes, and what waits for delivery outside, in memory. */
export class InMemoryInbox implements Inbox, InboxReadModel, Deliveries {
  readonly told: OutgoingFact[] = [];
  /** By the ids of their notifications. */
  readonly deliveries = new Map<string, DeliveryState & { readonly tenantId: string }>();
  private readonly rows: Row[] = [];

  constructor(private readonly ids: Ids) {}

  add(tenantId: string, notices: readonly AddressedNotice[], now: Date): Promise<number> {
    const fresh = notices.filter((notice) => this.addOne(tenantId, notice, now));
    return Promise.resolve(fresh.length);
  }

  private addOne(tenantId: string, notice: AddressedNotice, now: Date): boolean {
    const { userId, sourceKey, channels } = notice;
    const isKnown = this.rows.some(
      (row) => row.tenantId === tenantId && row.notice.userId === userId && row.notice.sourceKey === sourceKey,
    );
    if (isKnown) return false;
    const id = this.ids.next();
    this.rows.push({ tenantId, id, notice, createdAt: now, readAt: null });
    this.told.push(sent(id, notice));
    const waiting = { tenantId, id, state: 'pending', attempts: 0, nextAt: now, lastError: null } as const;
    if (channels.includes('email')) this.deliveries.set(id, waiting);
    return true;
  }

  markRead(tenantId: string, userId: string, id: string, now: Date): Promise<NotificationView | null> {
    const row = this.of(tenantId, userId).find((one) => one.id === id);
    if (row) row.readAt ??= now;
    return Promise.resolve(row ? shown(row) : null);
  }

  markAllRead(tenantId: string, userId: string, now: Date): Promise<number> {
    const unread = this.of(tenantId, userId).filter(({ readAt }) => readAt === null);
    for (const row of unread) row.readAt = now;
    return Promise.resolve(unread.length);
  }

  page(tenantId: string, userId: string, page: PageRequest): Promise<InboxPage> {
    const views = this.of(tenantId, userId).map(shown);
    const fits = (view: NotificationView, filter: string, values: readonly string[]) =>
      values.includes(String(filter === 'kind' ? view.kind : view.is_read));
    const unread = views.filter(({ is_read }) => !is_read).length;
    return Promise.resolve({ ...pageInMemory(views, page, fits), unread });
  }

  contents(tenantId: string, ids: readonly string[]): Promise<readonly ToBeTold[]> {
    const rows = this.rows.filter((row) => row.tenantId === tenantId && ids.includes(row.id));
    return Promise.resolve(
      rows.map(({ id, notice: { userId, kind, subject } }) => ({ id, userId, kind, details: subject })),
    );
  }

  hold(tenantId: string, _channel: string, ids: readonly string[]): Promise<readonly (Delivery & { id: string })[]> {
    const waiting = [...this.deliveries.values()].filter(
      (one) => one.tenantId === tenantId && ids.includes(one.id) && one.state === 'pending',
    );
    return Promise.resolve(waiting.map(({ id, state, attempts, nextAt }) => ({ id, state, attempts, nextAt })));
  }

  put(tenantId: string, _channel: string, states: readonly DeliveryState[]): Promise<void> {
    for (const state of states) this.deliveries.set(state.id, { ...state, tenantId });
    return Promise.resolve();
  }

  private of(tenantId: string, userId: string): Row[] {
    return this.rows.filter(
      (row) => row.tenantId === tenantId && row.notice.userId === userId && row.notice.channels.includes('inbox'),
    );
  }
}

const shown = ({ id, notice, createdAt, readAt }: Row): NotificationView => ({
  ...{ id, kind: notice.kind, details: notice.subject, is_read: readAt !== null },
  ...{ created_at: createdAt.toISOString(), read_at: readAt?.toISOString() ?? null },
});
