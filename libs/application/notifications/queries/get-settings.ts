import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { existing } from '#application/shared/existing';
import { SettingsStore } from '#application/notifications/ports/settings-store';
import { readerOf } from '#application/notifications/reader';
import type { NotificationSettingsView } from '#application/notifications/views';

/** The caller's own switches. */
export class GetNotificationSettings extends Query<Result<NotificationSettingsView>> {
  constructor(readonly actor: Actor) {
    super();
  }
}

@QueryHandler(GetNotificationSettings)
export class GetNotificationSettingsHandler {
  constructor(private readonly settings: SettingsStore) {}

  async execute({ actor }: GetNotificationSettings): Promise<Result<NotificationSettingsView>> {
    const reader = readerOf(actor);
    if (!reader.ok) return reader;
    const all = await this.settings.ofAll(actor.tenantId, [reader.value]);
    return ok(existing(all.get(reader.value) ?? null));
  }
}
