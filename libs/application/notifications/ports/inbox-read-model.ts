import type { PageRequest } from '#application/shared/listing';
import type { InboxPage } from '#application/notifications/views';

/** What a user sees of their inbox. */
export abstract class InboxReadModel {
  abstract page(tenantId: string, userId: string, page: PageRequest): Promise<InboxPage>;
}
