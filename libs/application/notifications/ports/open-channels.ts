import type { NotificationChannel } from '#domain/notifications/words';

/** The channels that this installation has; the inbox always is one. */
export abstract class OpenChannels {
  abstract readonly names: readonly NotificationChannel[];
}
