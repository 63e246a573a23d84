import type { JsonObject } from '#domain/shared/json';

export interface ContactFields {
  readonly attributes?: JsonObject;
  readonly optedOut?: boolean;
}

/** Where contacts are kept; ids are the caller's. */
export abstract class ContactRepository {
  /** Makes the contact when it is unknown, replaces the fields given, and holds it until the transaction ends: nobody enrolls it meanwhile. */
  abstract put(tenantId: string, contactId: string, fields: ContactFields): Promise<void>;

  /** Holds the contact in the same way; answers whether there is one. */
  abstract hold(tenantId: string, contactId: string): Promise<boolean>;

  /**
   * Removes what tells who a held contact is: its id, its attributes, and from the events credited to it all but id, type and
   * time (SPEC 7, *Erasure*). Its enrollments have ended before.
   */
  abstract erase(tenantId: string, contactId: string): Promise<void>;
}
