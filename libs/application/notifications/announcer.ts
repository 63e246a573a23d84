import type { Notice } from '#domain/notifications/notice';
import type { Members } from '#application/identity/contract';
import type { Clock } from '#application/shared/tools';
import type { Inbox } from '#application/notifications/ports/inbox';
import type { OpenChannels } from '#application/notifications/ports/open-channels';
import type { SettingsStore } from '#application/notifications/ports/settings-store';

/** Gives notices to those they are for: members of the tenant, over the channels that are there and that they have not switched off. */
export class Announcer {
  constructor(
    private readonly members: Members,
    private readonly settings: SettingsStore,
    private readonly open: OpenChannels,
    private readonly inbox: Inbox,
    private readonly clock: Clock,
  ) {}

  /** Answers how many were new; the same source is told to a person once. */
  async announce(tenantId: string, notices: readonly Notice[]): Promise<number> {
    if (notices.length === 0) return 0;
    const named = [...new Set(notices.map(({ userId }) => userId))];
    const members = (await this.members.membersOf(tenantId, named)).map(({ id }) => id);
    const switches = await this.settings.ofAll(tenantId, members);
    const wanted = notices.flatMap((notice) => {
      const chosen = switches.get(notice.userId)?.[notice.kind];
      const channels = this.open.names.filter((channel) => chosen?.[channel]);
      return channels.length > 0 ? [{ ...notice, channels }] : [];
    });
    return wanted.length > 0 ? this.inbox.add(tenantId, wanted, this.clock.now()) : 0;
  }
}
