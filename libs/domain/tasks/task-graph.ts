/** One task that cannot be completed before another one: what it depends on, or a subtask of it. */
export interface Wait {
  readonly taskId: string;
  readonly forId: string;
}

/**
 * The shortest way from any of some tasks to another one along what each waits for, both ends included; `null` when there is
 * none. Dependencies and parents count together, and what is closed or deleted counts too: it may be opened or brought back.
 */
export const wayBetween = (waits: readonly Wait[], fromIds: readonly string[], toId: string): string[] | null => {
  const next = new Map<string, string[]>();
  for (const { taskId, forId } of waits) {
    const others = next.get(taskId);
    if (others) others.push(forId);
    else next.set(taskId, [forId]);
  }
  const cameFrom = new Map<string, string | null>(fromIds.map((id) => [id, null]));
  // A Map goes on to what is added while it is gone through.
  for (const end of cameFrom.keys()) {
    if (end === toId) return wayTo(end, cameFrom);
    for (const id of next.get(end) ?? []) if (!cameFrom.has(id)) cameFrom.set(id, end);
  }
  return null;
};

const wayTo = (end: string, cameFrom: ReadonlyMap<string, string | null>): string[] => {
  const way: string[] = [];
  for (let id: string | null = end; id !== null; id = cameFrom.get(id) ?? null) way.push(id);
  return way.reverse();
};
