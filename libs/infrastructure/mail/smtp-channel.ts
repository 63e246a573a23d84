import type { OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { conflict, type DomainError } from '#domain/shared/errors';
import { done, err, type Result } from '#domain/shared/result';
import type { Channel, ChannelMessage } from '#application/notifications/ports/channel';
import { Breaker, isBroken, type BreakerSettings } from '#infrastructure/mail/breaker';

const PATIENCE_MS = 10_000;

/** Long enough for a connection that is in use, short enough for one that a server has forgotten. */
const USUAL = {
  pool: 'true',
  connectionTimeout: String(PATIENCE_MS),
  greetingTimeout: String(PATIENCE_MS),
  socketTimeout: String(PATIENCE_MS),
  dnsTimeout: String(PATIENCE_MS),
  disableFileAccess: 'true',
  disableUrlAccess: 'true',
};

interface SmtpFailure extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** Sends plain text by SMTP. The URL may say more as `?name=value`, in the words of nodemailer. */
export class SmtpChannel implements Channel, OnApplicationShutdown {
  readonly name = 'email';
  private readonly transport: Transporter;
  private readonly breaker: Breaker;

  constructor(
    url: string,
    private readonly from: string,
    breaker: BreakerSettings,
  ) {
    this.transport = createTransport(withUsual(url));
    this.breaker = new Breaker('smtp', breaker, (failure) => !isRefusal(failure));
  }

  get isBlocked(): boolean {
    return this.breaker.isOpen;
  }

  deliver({ id, to, subject, text }: ChannelMessage): Promise<Result<void>> {
    // The same for every copy of a message: who gets it twice can tell.
    const message = { from: this.from, to, subject, text, messageId: `<${id}@goal-service>` };
    const headers = { 'Auto-Submitted': 'auto-generated' };
    return this.breaker
      .run(() => this.transport.sendMail({ ...message, headers }))
      .then(
        () => done,
        (failure: unknown) => err(reasonOf(failure as SmtpFailure)),
      );
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}

const withUsual = (text: string): string => {
  const url = new URL(text);
  for (const [name, value] of Object.entries(USUAL)) {
    if (!url.searchParams.has(name)) url.searchParams.set(name, value);
  }
  return url.href;
};

/** The server is there and will never take this message: an address that is none, a text that it does not want. */
const isRefusal = ({ code, responseCode = 0 }: SmtpFailure): boolean =>
  (code === 'EENVELOPE' || code === 'EMESSAGE') && (responseCode === 0 || responseCode >= 500);

const reasonOf = (failure: SmtpFailure): DomainError => {
  if (isBroken(failure)) return conflict('channel.blocked', 'Not tried: the mail server did not answer before.');
  return conflict(isRefusal(failure) ? 'channel.refused' : 'channel.failed', failure.message);
};
