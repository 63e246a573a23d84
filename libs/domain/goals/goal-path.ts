/** Most goals from the root to the deepest one, the root included (SPEC 5, *Hierarchy*). */
export const DEEPEST = 10;

/** Characters a goal adds to the path of its parent: its id and a slash. */
const STEP = 37;

/** The ids from the root down to a goal itself, each followed by a slash. */
export const pathBelow = (parentPath: string | null, id: string): string => `${parentPath ?? ''}${id}/`;

/** The root is at depth 1. */
export const depthOf = (path: string): number => path.length / STEP;

/** From the root down to the goal itself. */
export const idsOf = (path: string): string[] => path.split('/').slice(0, -1);

/** Whether a goal is another one or stands somewhere below it. */
export const isWithin = (path: string, ancestorPath: string): boolean => path.startsWith(ancestorPath);
