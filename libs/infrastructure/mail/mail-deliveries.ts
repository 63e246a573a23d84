import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { Actor } from '#domain/shared/actor';
import type { Outcome } from '#domain/notifications/delivery';
import type { Door } from '#application/shared/door';
import type { Clock } from '#application/shared/tools';
import { RecordDeliveries, type Attempt } from '#application/notifications/commands/record-deliveries';
import type { Channel, ChannelMessage } from '#application/notifications/ports/channel';
import { ComposeMessages } from '#application/notifications/queries/compose-messages';

const PAUSE_MS = 1000;
const MOST = 20;
const LEASE_MS = 5 * 60_000;
/** A worker that ends waits no longer than this for mails under way: who comes after it sends them again. */
const LAST_WAIT_MS = 15_000;

interface Claimed {
  readonly tenant_id: string;
  readonly notification_id: string;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'channel.refused': 'refused',
  'channel.blocked': 'postponed',
};

/**
 * Delivers what waits for a channel: leases it, sends it outside of any transaction, and writes down what came of it. A worker
 * that dies in between leaves a lease that runs out, so a message may go twice and is never lost. Nothing is leased while the
 * channel is blocked.
 */
export class MailDeliveries implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(MailDeliveries.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly door: Door,
    private readonly clock: Clock,
    private readonly channel: Channel,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.running, sleep(LAST_WAIT_MS, undefined, { ref: false })]);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const isMore = await this.deliverSome().catch((failure: unknown) => this.report(failure));
      if (!isMore) await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Answers whether there may be more to do at once. */
  private async deliverSome(): Promise<boolean> {
    if (this.channel.isBlocked) return false;
    const now = this.clock.now();
    const claimed = await this.source.query<Claimed[]>(
      'SELECT tenant_id, notification_id FROM jobs_claim_deliveries($1, $2, $3)',
      [now, new Date(now.getTime() + LEASE_MS), MOST],
    );
    const tenants = [...new Set(claimed.map(({ tenant_id }) => tenant_id))];
    await Promise.all(
      tenants.map((tenant) =>
        this.deliverOf(
          tenant,
          claimed.flatMap(({ tenant_id, notification_id }) => (tenant_id === tenant ? [notification_id] : [])),
        ).catch((failure: unknown) => this.report(failure)),
      ),
    );
    return claimed.length === MOST;
  }

  private async deliverOf(tenantId: string, ids: readonly string[]): Promise<void> {
    const actor = Actor.system([tenantId], 'user:read');
    const messages = await this.door.send(new ComposeMessages(actor, ids));
    if (!messages.ok) throw new Error(messages.error.message);
    const attempts = await Promise.all(messages.value.map((message) => this.attempt(message)));
    const attempted = new Set(attempts.map(({ id }) => id));
    const unreachable = ids.filter((id) => !attempted.has(id));
    const recorded = await this.door.send(
      new RecordDeliveries(actor, this.channel.name, [
        ...attempts,
        ...unreachable.map((id) => ({ id, outcome: 'refused', error: 'the reader is no member any more' }) as const),
      ]),
    );
    if (!recorded.ok) throw new Error(recorded.error.message);
  }

  private async attempt(message: ChannelMessage): Promise<Attempt> {
    const { id } = message;
    const delivered = await this.channel.deliver(message);
    if (delivered.ok) return { id, outcome: 'sent', error: null };
    const { code, message: error } = delivered.error;
    this.log.warn({ event: 'mail.not_sent', notification_id: id }, `${code}: ${error}`);
    return { id, outcome: OUTCOMES[code] ?? 'failed', error };
  }

  private report(failure: unknown): false {
    this.log.warn({ event: 'mail.failed' }, String(failure));
    return false;
  }
}
