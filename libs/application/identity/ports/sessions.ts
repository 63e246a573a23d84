import type { Session } from '#domain/identity/session';
import type { Role } from '#domain/shared/permissions';

export interface SessionOf extends Session {
  readonly userId: string;
  readonly role: Role;
}

export abstract class Sessions {
  abstract begin(tenantId: string, userId: string, id: string, expiresAt: Date): Promise<void>;

  /** The next generation, when this one is the latest of a session that goes on, of a member who may come in. */
  abstract rotate(tenantId: string, id: string, generation: number, now: Date): Promise<SessionOf | undefined>;

  /** `isOver` also when its member may not come in any more. */
  abstract find(tenantId: string, id: string): Promise<SessionOf | undefined>;

  /** Ends it unless it has ended. */
  abstract end(tenantId: string, id: string, by: 'logout' | 'reuse', now: Date): Promise<void>;

  abstract endAll(tenantId: string, userId: string, now: Date): Promise<void>;
}
