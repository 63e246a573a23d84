import { fault, invalid, type DomainError, type FieldFault } from '#domain/shared/errors';
import { below } from '#domain/shared/json';
import { err, map, match, ok, type Result } from '#domain/shared/result';
import { ENROLLED_AT_ONCE, type ContactToEnroll } from '#domain/workflows/enroll-all';
import { view, type Shown } from '#application/shared/view';
import { enrollmentView, type EnrollmentView } from '#application/workflows/enrollment-views';
import { readForm } from '#adapters/shared/http/body.pipe';
import type { Schema } from '#adapters/shared/http/open-api';
import { problem, problemView, STATUS_OF } from '#adapters/shared/http/problem';
import { contactToEnroll, EnrollmentBody } from '#adapters/workflows/http/enrollments.bodies';

/** What became of one item: the status it would have had alone, and the enrollment or the problem. */
export const enrollmentResultView = view('EnrollmentResult', {
  index: 'integer',
  status: 'integer',
  enrollment: { orNull: enrollmentView },
  error: { orNull: problemView },
});

export const enrollmentResultsView = view('EnrollmentResults', { items: { listOf: enrollmentResultView } });
export type EnrollmentResults = Shown<typeof enrollmentResultsView>;

export type Body = Readonly<Record<string, unknown>>;

/** The document's schema of the body: one enrollment, or many below `items`. */
export const bodySchema = (one: Schema): Schema => ({
  oneOf: [
    one,
    {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', minItems: 1, maxItems: ENROLLED_AT_ONCE, items: one } },
    },
  ],
});

export const readOne = async (item: unknown): Promise<Result<ContactToEnroll>> =>
  map(await readForm(EnrollmentBody, item), contactToEnroll);

/** Each item by itself; what is wrong with one is its own error and not the batch's. */
export const readMany = async ({ items, ...others }: Body): Promise<Result<Result<ContactToEnroll>[]>> => {
  const faults: FieldFault[] = Object.keys(others).map((key) =>
    fault(below('', key), 'unknown', 'Beside items there is nothing else.'),
  );
  const isBatch = Array.isArray(items) && items.length >= 1 && items.length <= ENROLLED_AT_ONCE;
  if (!isBatch) faults.push(fault('/items', 'size', `items must be a list of 1 to ${String(ENROLLED_AT_ONCE)}.`));
  if (!isBatch || faults.length > 0) return err(invalid(faults));
  return ok(await Promise.all(items.map(readOne)));
};

export const resultsOf = (results: readonly Result<EnrollmentView>[], requestId: string): EnrollmentResults => ({
  items: results.map((result, index) =>
    match(
      result,
      (enrollment) => ({ index, status: 201, enrollment, error: null }),
      (error) => {
        const status = STATUS_OF[error.kind];
        return { index, status, enrollment: null, error: problem(status, atItem(error, index), requestId) };
      },
    ),
  ),
});

/** An item knows nothing of the batch: its faults are named from its own root. */
const atItem = (error: DomainError, index: number): DomainError => ({
  ...error,
  ...(error.fields && {
    fields: error.fields.map(({ pointer, code, detail }) => fault(`/items/${String(index)}${pointer}`, code, detail)),
  }),
});
