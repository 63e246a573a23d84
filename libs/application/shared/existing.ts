/** What this transaction has just written must be there; that it is not can only be a bug. */
export const existing = <T>(thing: T | null): T => {
  if (thing === null) throw new Error('what was just written is not there');
  return thing;
};
