import { changesBetween, type Changes } from '#domain/shared/changes';
import {
  NOTIFICATION_CHANNELS,
  NOTIFICATION_KINDS,
  type NotificationChannel,
  type NotificationKind,
} from '#domain/notifications/words';

/** What a person wants to be told, and in which way. */
export type Switches = Readonly<Record<NotificationKind, Readonly<Record<NotificationChannel, boolean>>>>;

/** Some of them. */
export type SwitchChanges = { readonly [K in NotificationKind]?: Partial<Switches[K]> };

/** One that was set. */
export interface Switch {
  readonly kind: NotificationKind;
  readonly channel: NotificationChannel;
  readonly enabled: boolean;
}

/** As long as nobody has set it: everything comes into the inbox, and nothing by mail. */
const USUAL: Switches[NotificationKind] = { inbox: true, email: false };

/** All switches of a person, of whom some were set. */
export const switchesOf = (set: readonly Switch[]): Switches =>
  Object.fromEntries(
    NOTIFICATION_KINDS.map((kind) => [
      kind,
      Object.fromEntries(
        NOTIFICATION_CHANNELS.map((channel) => [
          channel,
          set.find((one) => one.kind === kind && one.channel === channel)?.enabled ?? USUAL[channel],
        ]),
      ),
    ]),
  ) as unknown as Switches;

interface Switched {
  readonly after: Switches;
  readonly switches: readonly Switch[];
  readonly changes: Changes;
}

/** Sets some switches: tells how all of them stand then, which differ from before, and what that is by the wire’s names. */
export const switched = (before: Switches, wanted: SwitchChanges): Switched => {
  const switches = NOTIFICATION_KINDS.flatMap((kind) =>
    NOTIFICATION_CHANNELS.flatMap((channel) => {
      const enabled = wanted[kind]?.[channel];
      return enabled === undefined || enabled === before[kind][channel] ? [] : [{ kind, channel, enabled }];
    }),
  );
  const after = { ...before };
  for (const { kind, channel, enabled } of switches) after[kind] = { ...after[kind], [channel]: enabled };
  return { after, switches, changes: changesBetween(before, after, NOTIFICATION_KINDS) };
};
