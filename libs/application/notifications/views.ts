import {
  NOTIFICATION_CHANNELS,
  NOTIFICATION_KINDS,
  type NotificationChannel,
  type NotificationKind,
} from '#domain/notifications/words';
import { listing, type Page } from '#application/shared/listing';
import { view, type Shown, type View } from '#application/shared/view';

/** `details`: what it is about, by ids and names as they were then: `task_id`, `title`, `goal_id`, `name`, `due_date`. */
export const notificationView = view('Notification', {
  id: 'uuid',
  kind: { oneOf: NOTIFICATION_KINDS },
  details: { mapOf: { orNull: 'text' } },
  is_read: 'boolean',
  created_at: 'time',
  read_at: { orNull: 'time' },
});
export type NotificationView = Shown<typeof notificationView>;

export const notificationListing = listing({
  item: notificationView,
  sortable: ['created_at'],
  filters: { kind: { kind: { oneOf: NOTIFICATION_KINDS } }, is_read: { kind: 'boolean', one: true } },
});

/** What stands beside a page of the inbox: how many of all its notifications are not read, whatever is filtered by. */
export const unreadBeside = { unread: 'integer' } as const;

export interface InboxPage extends Page<NotificationView> {
  readonly unread: number;
}

const ofEach = <const K extends string, T>(keys: readonly K[], value: T): Readonly<Record<K, T>> =>
  Object.fromEntries(keys.map((key) => [key, value])) as Record<K, T>;

const switchesView: View<Readonly<Record<NotificationChannel, 'boolean'>>> = view(
  'NotificationSwitches',
  ofEach(NOTIFICATION_CHANNELS, 'boolean'),
);

/** One switch per kind and channel. */
export const notificationSettingsView: View<Readonly<Record<NotificationKind, typeof switchesView>>> = view(
  'NotificationSettings',
  ofEach(NOTIFICATION_KINDS, switchesView),
);
export type NotificationSettingsView = Shown<typeof notificationSettingsView>;

export const readCountView = view('ReadCount', { read: 'integer' });
export type ReadCountView = Shown<typeof readCountView>;
