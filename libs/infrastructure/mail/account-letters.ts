import { Injectable, Logger } from '@nestjs/common';
import type { AccountMail } from '#application/identity/ports/account-mail';
import { Clock, Ids } from '#application/shared/tools';
import { Database } from '#adapters/shared/persistence/database';
import type { SmtpChannel } from '#infrastructure/mail/smtp-channel';

const PAUSE_MS = 60_000;
const MOST = 10_000;

const confirming = (token: string): string => `Somebody, most likely you, has made an account with this address.

To confirm the address, send within three days

  POST /api/v1/auth/verify-email
  {"token": "${token}"}

If it was not you, do nothing.
`;

const inviting = (token: string): string => `You are invited to join.

To make your account, send within seven days

  POST /api/v1/auth/accept-invitation
  {"token": "${token}", "name": "<your name>", "password": "<your password>"}

If you do not want to, do nothing.
`;

/** Letters to people about their own accounts. Nobody waits for the mail server: a letter that it did not take is logged. */
@Injectable()
export class AccountLetters implements AccountMail {
  private readonly log = new Logger(AccountLetters.name);
  private readonly sent = new Map<string, number>();

  constructor(
    private readonly channel: SmtpChannel | null,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  get isOn(): boolean {
    return this.channel !== null;
  }

  confirm(email: string, token: string): void {
    const [address, now] = [email.toLowerCase(), this.clock.now().getTime()];
    if (now - (this.sent.get(address) ?? -Infinity) < PAUSE_MS) return;
    const [oldest] = this.sent.keys();
    if (this.sent.size >= MOST && oldest !== undefined) this.sent.delete(oldest);
    this.sent.set(address, now);
    this.post(email, 'Confirm your address', confirming(token));
  }

  invite(email: string, token: string): void {
    this.post(email, 'You are invited', inviting(token));
  }

  private post(to: string, subject: string, text: string): void {
    this.db.afterCommit(() => {
      void this.deliver({ id: this.ids.next(), to, subject, text });
      return Promise.resolve();
    });
  }

  private async deliver(letter: Parameters<SmtpChannel['deliver']>[0]): Promise<void> {
    const delivered = await this.channel?.deliver(letter);
    if (delivered && !delivered.ok) this.log.warn({ event: 'account_mail.not_sent' }, delivered.error.message);
  }
}
