import { isObject } from '#domain/shared/json';
import { readTime } from '#domain/shared/times';
import type { EventType } from '#domain/workflows/goal-type';
import type { WorkflowName } from '#application/workflows/ports/listener-registry';

/** One listener as it stands in the registry, by its goal. */
export interface ListenerEntry {
  readonly event_type: string;
  readonly registered_at: string;
}

const PREFIX = 'goal-service:listeners:';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const KEY = new RegExp(`^${PREFIX}(${UUID}):(${UUID})$`);

/** For SCAN. */
export const KEY_PATTERN = `${PREFIX}*`;

export const keyOf = ({ tenantId, workflowId }: WorkflowName): string => `${PREFIX}${tenantId}:${workflowId}`;

/** `undefined`: somebody else's key. */
export const nameOf = (key: string): WorkflowName | undefined => {
  const [, tenantId, workflowId] = KEY.exec(key) ?? [];
  return tenantId === undefined || workflowId === undefined ? undefined : { tenantId, workflowId };
};

/** The listeners of a workflow's value in Redis; what does not look like one is none. */
export const readEntry = (text: unknown): ReadonlyMap<string, ListenerEntry> => {
  const value = typeof text === 'string' ? parsed(text) : undefined;
  return new Map(Object.entries(isObject(value) ? value : {}).filter(isListener));
};

const isListener = (entry: [string, unknown]): entry is [string, ListenerEntry] => {
  const [, value] = entry;
  if (!isObject(value)) return false;
  const { event_type, registered_at } = value;
  return typeof event_type === 'string' && typeof registered_at === 'string' && readTime(registered_at) !== undefined;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What is to stand there instead (`null`: nothing), and how many listeners come and go. Those that stay keep their time. */
export const entryOf = (
  stored: ReadonlyMap<string, ListenerEntry>,
  due: ReadonlyMap<string, EventType>,
  now: Date,
): { readonly text: string | null; readonly registered: number; readonly removed: number } => {
  const listeners = Object.fromEntries(
    [...due].map(([goalId, event_type]) => [
      goalId,
      stored.get(goalId) ?? { event_type, registered_at: now.toISOString() },
    ]),
  );
  return {
    text: due.size === 0 ? null : JSON.stringify(listeners),
    registered: [...due.keys()].filter((goalId) => !stored.has(goalId)).length,
    removed: [...stored.keys()].filter((goalId) => !due.has(goalId)).length,
  };
};
