import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { forbidden, missing } from '#domain/shared/errors';
import { err, ok, type Result } from '#domain/shared/result';
import { isExternalId } from '#domain/shared/text';
import type { Page, PageRequest } from '#application/shared/listing';
import type { AchievementView } from '#application/workflows/achievements';
import { AnalyticsReadModel } from '#application/workflows/ports/analytics-read-model';

/** What a contact has reached, in any workflow. */
export class ListContactAchievements extends Query<Result<Page<AchievementView>>> {
  constructor(
    readonly actor: Actor,
    readonly contactId: string,
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListContactAchievements)
export class ListContactAchievementsHandler {
  constructor(private readonly analytics: AnalyticsReadModel) {}

  async execute({ actor, contactId, page }: ListContactAchievements): Promise<Result<Page<AchievementView>>> {
    if (!actor.may('analytics:read')) return err(forbidden('analytics:read'));
    if (!isExternalId(contactId)) return err(missing('contact'));
    const found = await this.analytics.achievementsOfContact(actor.tenantId, contactId, page);
    return found ? ok(found) : err(missing('contact'));
  }
}
