import { Injectable } from '@nestjs/common';
import type { Delivery } from '#domain/notifications/delivery';
import type { NotificationChannel } from '#domain/notifications/words';
import type { Deliveries, DeliveryState, ToBeTold } from '#application/notifications/ports/deliveries';
import { Database } from '#adapters/shared/persistence/database';

type Row = Pick<Delivery, 'state' | 'attempts'> & { readonly id: string; readonly nextAt: string };

@Injectable()
export class SqlDeliveries implements Deliveries {
  constructor(private readonly db: Database) {}

  contents(tenantId: string, ids: readonly string[]): Promise<readonly ToBeTold[]> {
    return this.db.query<ToBeTold>(
      `SELECT id, user_id AS "userId", kind, details FROM notifications
       WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id`,
      [tenantId, ids],
    );
  }

  async hold(
    tenantId: string,
    channel: NotificationChannel,
    ids: readonly string[],
  ): Promise<readonly (Delivery & { readonly id: string })[]> {
    const rows = await this.db.query<Row>(
      `SELECT notification_id AS id, state, attempts, next_at AS "nextAt" FROM notification_deliveries
       WHERE tenant_id = $1 AND channel = $2 AND notification_id = ANY ($3::uuid[]) AND state = 'pending'
       ORDER BY notification_id FOR UPDATE`,
      [tenantId, channel, ids],
    );
    return rows.map((row) => ({ ...row, nextAt: new Date(row.nextAt) }));
  }

  async put(tenantId: string, channel: NotificationChannel, states: readonly DeliveryState[]): Promise<void> {
    await this.db.query(
      `UPDATE notification_deliveries d
       SET state = s.state, attempts = s.attempts, next_at = s.next_at, last_error = s.last_error, claimed_until = NULL
       FROM unnest($3::uuid[], $4::text[], $5::integer[], $6::timestamptz[], $7::text[])
         AS s (id, state, attempts, next_at, last_error)
       WHERE d.tenant_id = $1 AND d.channel = $2 AND d.notification_id = s.id`,
      [
        tenantId,
        channel,
        states.map(({ id }) => id),
        states.map(({ state }) => state),
        states.map(({ attempts }) => attempts),
        states.map(({ nextAt }) => nextAt),
        states.map(({ lastError }) => lastError),
      ],
    );
  }
}
