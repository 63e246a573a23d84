/** Mails to people about their own accounts, sent once the transaction in hand is committed. Off where no mail server is named. */
export abstract class AccountMail {
  /** Whether there is a mail server: then an address has to be confirmed before its account can log in. */
  abstract readonly isOn: boolean;

  /** A letter that is lost is sent again by the next attempt to log in; not more than one a minute and address. */
  abstract confirm(email: string, token: string): void;

  abstract invite(email: string, token: string): void;
}
