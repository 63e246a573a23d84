import type { Delivery } from '#domain/notifications/delivery';
import type { Subject } from '#domain/notifications/notice';
import type { NotificationChannel, NotificationKind } from '#domain/notifications/words';

/** What is to be said to whom. */
export interface ToBeTold {
  readonly id: string;
  readonly userId: string;
  readonly kind: NotificationKind;
  readonly details: Subject;
}

/** A delivery, and why it was not taken the last time. */
export interface DeliveryState extends Delivery {
  readonly id: string;
  readonly lastError: string | null;
}

/** What waits to be delivered outside, and how far it is. A delivery goes by the id of its notification. */
export abstract class Deliveries {
  abstract contents(tenantId: string, ids: readonly string[]): Promise<readonly ToBeTold[]>;

  /** Those that are still to be made, held until the transaction ends. */
  abstract hold(
    tenantId: string,
    channel: NotificationChannel,
    ids: readonly string[],
  ): Promise<readonly (Delivery & { readonly id: string })[]>;

  /** Writes how far they are, and gives them out of hand. */
  abstract put(tenantId: string, channel: NotificationChannel, states: readonly DeliveryState[]): Promise<void>;
}
