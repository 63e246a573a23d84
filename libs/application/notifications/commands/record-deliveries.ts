import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import { afterAttempt, type Outcome } from '#domain/notifications/delivery';
import type { NotificationChannel } from '#domain/notifications/words';
import { Clock } from '#application/shared/tools';
import { Deliveries } from '#application/notifications/ports/deliveries';

/** What came of one delivery; `error` says why it was not taken. */
export interface Attempt {
  readonly id: string;
  readonly outcome: Outcome;
  readonly error: string | null;
}

/** Writes down what came of deliveries of one tenant over a channel, and when those that were not taken are tried again. */
export class RecordDeliveries extends Command<Result<void>> {
  constructor(
    readonly actor: Actor,
    readonly channel: NotificationChannel,
    readonly attempts: readonly Attempt[],
  ) {
    super();
  }
}

@CommandHandler(RecordDeliveries)
export class RecordDeliveriesHandler {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly clock: Clock,
  ) {}

  async execute({ actor, channel, attempts }: RecordDeliveries): Promise<Result<void>> {
    if (!actor.may('user:read')) return err(forbidden('user:read'));
    const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
    const held = await this.deliveries.hold(actor.tenantId, channel, [...byId.keys()]);
    const now = this.clock.now();
    const states = held.map((delivery) => {
      const { outcome, error } = byId.get(delivery.id) ?? { outcome: 'postponed', error: null };
      return { id: delivery.id, ...afterAttempt(delivery, outcome, now), lastError: error };
    });
    if (states.length > 0) await this.deliveries.put(actor.tenantId, channel, states);
    return done;
  }
}
