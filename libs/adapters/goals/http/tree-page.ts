import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { isUuid } from '#domain/shared/text';
import { DEEPEST, idsOf } from '#domain/goals/goal-path';
import { view, type Shown } from '#application/shared/view';
import { treeGoalView, type TreeGoalView } from '#application/goals/insight-views';
import type { TreePart, TreeRequest } from '#application/goals/ports/goal-overview';
import { decoded, wholeNumber, type Query } from '#adapters/shared/http/page-request';
import { Refused } from '#adapters/shared/http/problem';

export const USUAL_DEPTH = 3;

/** Has the keys of every list's page; without an offset nothing is counted. */
export const treePageView = view('GoalTreePage', {
  items: { listOf: treeGoalView },
  total: { orNull: 'integer' },
  offset: 'integer',
  limit: 'integer',
  next_cursor: { orNull: 'text' },
});

/** The part of a goal's tree asked for. */
export const TreeOf = createParamDecorator((_: unknown, context: ExecutionContext): TreeRequest => {
  const { query, params } = context.switchToHttp().getRequest<FastifyRequest>();
  return readTreeRequest((params as { id: string }).id.toLowerCase(), query as Query);
});

const KNOWN = ['depth', 'limit', 'cursor'];

/** Reads `depth`, `limit` and `cursor`; every fault at once (422). */
export const readTreeRequest = (goalId: string, query: Query): TreeRequest => {
  const faults: FieldFault[] = [];
  const refuse = (name: string, code: string, detail: string) => void faults.push(fault(`?${name}`, code, detail));
  for (const [name, value] of Object.entries(query)) {
    if (!KNOWN.includes(name)) refuse(name, 'unknown', 'There is no such parameter here.');
    else if (Array.isArray(value)) refuse(name, 'repeated', 'Give this parameter once.');
  }
  const once = (name: string): string | undefined => [query[name]].flat()[0];
  const number = (name: string, usual: number, most: number) =>
    wholeNumber(once(name), usual, 1, most, (detail) => refuse(name, 'range', detail));
  const [depth, limit, cursor] = [number('depth', USUAL_DEPTH, DEEPEST), number('limit', 50, 200), once('cursor')];
  const after = cursor === undefined ? null : readCursor(cursor, goalId, depth);
  if (after === undefined) refuse('cursor', 'malformed', 'This is no cursor of this tree and depth.');
  if (faults.length > 0) throw new Refused(invalid(faults));
  return { depth, limit, after: after ?? null };
};

/** What every cursor of a tree of one depth begins with. */
const headOf = (depth: number): string => `GoalTree:${String(depth)}`;

/** The path of the last goal seen, from the named one down: it stays good when that one is moved. */
const readCursor = (text: string, goalId: string, depth: number): string | undefined => {
  const values = decoded(text);
  if (!Array.isArray(values) || values.length !== 2 || values[0] !== headOf(depth)) return undefined;
  const path: unknown = values[1];
  if (typeof path !== 'string' || !path.startsWith(`${goalId}/`) || !path.endsWith('/')) return undefined;
  const ids = idsOf(path);
  return ids.length <= depth && ids.every((id) => isUuid(id) && id === id.toLowerCase()) ? path : undefined;
};

export const treePage = (
  { depth, limit }: TreeRequest,
  { items, last }: TreePart<TreeGoalView>,
): Shown<typeof treePageView> => ({
  items,
  total: null,
  offset: 0,
  limit,
  next_cursor: last && Buffer.from(JSON.stringify([headOf(depth), last])).toString('base64url'),
});
