import type { Result } from '#domain/shared/result';
import type { Letter } from '#domain/notifications/letter';
import type { NotificationChannel } from '#domain/notifications/words';

/** A notification on its way out. `id` is the notification's: copies of one message can be told by it. */
export interface ChannelMessage extends Letter {
  readonly id: string;
  readonly to: string;
}

/** A way to tell somebody outside the service; at least once. */
export abstract class Channel {
  abstract readonly name: NotificationChannel;

  /** Whether a message would not even be tried now, because the ones before it could not be sent. */
  abstract readonly isBlocked: boolean;

  /**
   * Err `channel.refused` when this message will never be taken, `channel.failed` when it was not taken this time, and
   * `channel.blocked` when it was not tried.
   */
  abstract deliver(message: ChannelMessage): Promise<Result<void>>;
}
