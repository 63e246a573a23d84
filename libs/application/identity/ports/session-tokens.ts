import type { Role } from '#domain/shared/permissions';

export interface SignedIn {
  readonly tenantId: string;
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
}

export interface RefreshToken {
  readonly tenantId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly generation: number;
  /** When the session ends, and every token of it. */
  readonly expiresAt: Date;
}

export interface Confirmation {
  readonly tenantId: string;
  readonly userId: string;
  readonly email: string;
}

/** Makes and reads what members carry. A token that is not ours, altered or over reads as `undefined`. */
export abstract class SessionTokens {
  abstract access(member: SignedIn, seconds: number): string;

  /** The same text for the same generation, whenever it is made. */
  abstract refresh(token: RefreshToken): string;

  abstract readRefresh(text: string): RefreshToken | undefined;

  abstract confirmation(of: Confirmation): string;

  abstract readConfirmation(text: string): Confirmation | undefined;
}
