import { Command, CommandHandler } from '@nestjs/cqrs';
import type { Actor } from '#domain/shared/actor';
import { ok, type Result } from '#domain/shared/result';
import { switched, type SwitchChanges } from '#domain/notifications/switches';
import { SettingsStore } from '#application/notifications/ports/settings-store';
import { readerOf } from '#application/notifications/reader';
import type { NotificationSettingsView } from '#application/notifications/views';

/** Sets some of the caller's own switches; the others stay as they are. */
export class EditNotificationSettings extends Command<Result<NotificationSettingsView>> {
  constructor(
    readonly actor: Actor,
    readonly wanted: SwitchChanges,
  ) {
    super();
  }
}

@CommandHandler(EditNotificationSettings)
export class EditNotificationSettingsHandler {
  constructor(private readonly settings: SettingsStore) {}

  async execute({ actor, wanted }: EditNotificationSettings): Promise<Result<NotificationSettingsView>> {
    const reader = readerOf(actor);
    if (!reader.ok) return reader;
    const before = await this.settings.hold(actor.tenantId, reader.value);
    const { after, switches, changes } = switched(before, wanted);
    if (switches.length > 0) await this.settings.set(actor.tenantId, reader.value, switches, changes);
    return ok(after);
  }
}
