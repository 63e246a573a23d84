import type { Notice } from '#domain/notifications/notice';
import type { NotificationChannel } from '#domain/notifications/words';
import type { NotificationView } from '#application/notifications/views';

/** A notice with the channels over which its reader is to get it, at least one. */
export interface AddressedNotice extends Notice {
  readonly channels: readonly NotificationChannel[];
}

/** Where notifications are kept for those they are for. What is for other channels only is not seen in the inbox. */
export abstract class Inbox {
  /**
   * Adds what its reader was not told of this source before, and answers how many that were; each new one is told outside
   * (`notification.sent`), and waits for delivery over its further channels.
   */
  abstract add(tenantId: string, notices: readonly AddressedNotice[], now: Date): Promise<number>;

  /** Marks one of a user's as read, unless it is already; `null` when they have no such notification. */
  abstract markRead(tenantId: string, userId: string, id: string, now: Date): Promise<NotificationView | null>;

  /** Answers how many were not read before. */
  abstract markAllRead(tenantId: string, userId: string, now: Date): Promise<number>;
}
