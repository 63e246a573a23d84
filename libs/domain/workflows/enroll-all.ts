import { canonicalJson, type JsonObject } from '#domain/shared/json';
import { mergePatch } from '#domain/shared/merge-patch';
import { andThen, type Result } from '#domain/shared/result';
import {
  enroll,
  type EnrollingContact,
  type EnrollmentRequest,
  type NewEnrollment,
} from '#domain/workflows/enrollment';
import type { WorkflowState } from '#domain/workflows/workflow';

/** As many as are asked for at once. */
export const ENROLLED_AT_ONCE = 1_000;

/** `attributes` are merged into the contact's (RFC 7396). */
export interface ContactToEnroll extends Omit<EnrollmentRequest, 'id'> {
  readonly attributes?: JsonObject;
}

export type EnrollingWorkflow = Pick<WorkflowState, 'id' | 'tenantId' | 'status' | 'steps'>;
export type KnownContact = EnrollingContact & { readonly attributes: JsonObject };

const UNKNOWN: KnownContact = { optedOut: false, hasOpenEnrollment: false, attributes: {} };

/** What became of many requests: a result for each (what could not be read stays its error), and the contacts whose attributes are others now. */
export interface Enrolled {
  readonly results: readonly Result<NewEnrollment>[];
  readonly attributes: ReadonlyMap<string, JsonObject>;
}

/** Whether nothing refuses the request whoever the contact is; no contact is made for one that cannot be enrolled. */
export const couldEnroll = (workflow: EnrollingWorkflow, request: EnrollmentRequest, now: Date): boolean =>
  enroll(workflow, request, UNKNOWN, now).ok;

/**
 * Enrolls many, each on its own and in the order asked: a contact named twice is in the workflow already for the second
 * (SPEC 4.4). `contacts` go by the caller's id.
 */
export const enrollAll = (
  workflow: EnrollingWorkflow,
  requests: readonly Result<ContactToEnroll & { readonly id: string }>[],
  contacts: ReadonlyMap<string, KnownContact>,
  now: Date,
): Enrolled => {
  const enrolled = new Set<string>();
  const attributes = new Map<string, JsonObject>();
  const enrollOne = (request: ContactToEnroll & { readonly id: string }): Result<NewEnrollment> => {
    const known = contacts.get(request.contactId) ?? UNKNOWN;
    const hasOpenEnrollment = known.hasOpenEnrollment || enrolled.has(request.contactId);
    const result = enroll(workflow, request, { ...known, hasOpenEnrollment }, now);
    if (!result.ok) return result;
    enrolled.add(request.contactId);
    const merged = mergePatch(known.attributes, request.attributes ?? {});
    if (canonicalJson(merged) !== canonicalJson(known.attributes)) attributes.set(request.contactId, merged);
    return result;
  };
  return { results: requests.map((one) => andThen(one, enrollOne)), attributes };
};
