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
  for (const { taskId, forId } of waits) next.set(taskId, [...(next.get(taskId) ?? []), forId]);
  const seen = new Set(fromIds);
  const ends = fromIds.map((id) => ({ id, way: [id] }));
  for (const { id: end, way } of ends) {
    if (end === toId) return way;
    for (const id of next.get(end) ?? []) {
      if (seen.has(id)) continue;
      seen.add(id);
      ends.push({ id, way: [...way, id] });
    }
  }
  return null;
};
