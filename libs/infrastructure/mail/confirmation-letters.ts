import { Injectable, Logger } from '@nestjs/common';
import type { ConfirmationMail } from '#application/identity/ports/confirmation-mail';
import { Clock, Ids } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import type { SmtpChannel } from '#infrastructure/mail/smtp-channel';

const PAUSE_MS = 60_000;
const MOST = 10_000;

/** Letters that confirm an address. Nobody waits for the mail server: a letter that it did not take is logged. */
@Injectable()
export class ConfirmationLetters implements ConfirmationMail {
  private readonly log = new Logger(ConfirmationLetters.name);
  private readonly sent = new Map<string, number>();

  constructor(
    private readonly channel: SmtpChannel | null,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  get isNeeded(): boolean {
    return this.channel !== null;
  }

  send(email: string, token: string): void {
    const [address, now] = [email.toLowerCase(), this.clock.now().getTime()];
    if (now - (this.sent.get(address) ?? -Infinity) < PAUSE_MS) return;
    const [oldest] = this.sent.keys();
    if (this.sent.size >= MOST && oldest !== undefined) this.sent.delete(oldest);
    this.sent.set(address, now);
    this.db.afterCommit(() => {
      void this.deliver(email, token);
      return Promise.resolve();
    });
  }

  private async deliver(email: string, token: string): Promise<void> {
    const text = `Somebody, most likely you, has made an account with this address.\n\nTo confirm the address, send within three days\n\n  POST /api/v1/auth/verify-email\n  {"token": "${token}"}\n\nIf it was not you, do nothing.\n`;
    const delivered = await this.channel?.deliver({
      ...{ id: this.ids.next(), to: email, subject: 'Confirm your address', text },
    });
    if (delivered && !delivered.ok) this.log.warn({ event: 'confirmation.not_sent' }, delivered.error.message);
  }
}
