/** How long the token before the latest still leads to the same successor: several tabs refresh at once. */
export const GRACE_MS = 10_000;

/** One login, and which of the refresh tokens that follow from it is the latest (ADR 0058). */
export interface Session {
  readonly id: string;
  readonly generation: number;
  readonly rotatedAt: Date;
  readonly expiresAt: Date;
  readonly isOver: boolean;
}

/**
 * What a refresh token of some generation is worth that did not rotate its session: `late` came at the same time as the one
 * that did, and gets the same successor; `reused` is in somebody else's hands too; `worthless` otherwise.
 */
export const worthOf = (session: Session, generation: number, now: Date): 'late' | 'reused' | 'worthless' => {
  if (session.isOver || session.expiresAt <= now || generation >= session.generation) return 'worthless';
  const isLate = generation === session.generation - 1 && now.getTime() - session.rotatedAt.getTime() <= GRACE_MS;
  return isLate ? 'late' : 'reused';
};
