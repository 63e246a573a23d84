/** Mails what confirms an address, once the transaction in hand is committed. Off where no mail server is named. */
export abstract class ConfirmationMail {
  /** Whether an address has to be confirmed before its account can log in. */
  abstract readonly isNeeded: boolean;

  /** A letter that is lost is sent again by the next attempt to log in; not more than one a minute and address. */
  abstract send(email: string, token: string): void;
}
