import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { lineFaults, malformed, metadataFaults, tagFaults, tidyTags } from '#domain/shared/labels';
import { err, ok, type Result } from '#domain/shared/result';
import { tidyName } from '#domain/shared/text';
import type {
  GoalType,
  Level,
  MeasurementFrequency,
  Priority,
  ProgressSource,
  ReviewFrequency,
  RiskLevel,
  TaskWeighting,
} from '#domain/goals/words';

/** What a caller may write of a goal (SPEC 5); where it stands in the tree comes beside. Times are in UTC. */
export interface GoalFields {
  readonly name: string;
  readonly description: string | null;
  readonly goalType: GoalType;
  readonly priority: Priority;
  readonly riskLevel: RiskLevel;
  readonly strategicAlignment: Level | null;
  readonly businessValue: Level | null;
  readonly ownerId: string | null;
  readonly originDriverId: string | null;
  readonly stakeholderId: string | null;
  readonly businessActorId: string | null;
  readonly successCriteria: string | null;
  readonly keyPerformanceIndicators: string | null;
  readonly measurementFrequency: MeasurementFrequency | null;
  readonly reviewFrequency: ReviewFrequency | null;
  readonly startDate: Date | null;
  readonly targetDate: Date | null;
  readonly progressSource: ProgressSource;
  readonly taskWeighting: TaskWeighting;
  /** Its share in its parent's roll-up. */
  readonly weight: number;
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
}

/** What a goal has that says nothing else. */
export const USUAL_FIELDS = {
  description: null,
  priority: 'medium',
  riskLevel: 'medium',
  strategicAlignment: null,
  businessValue: null,
  originDriverId: null,
  stakeholderId: null,
  businessActorId: null,
  successCriteria: null,
  keyPerformanceIndicators: null,
  measurementFrequency: null,
  reviewFrequency: null,
  startDate: null,
  targetDate: null,
  progressSource: 'manual',
  taskWeighting: 'count',
  weight: 1,
  category: null,
  tags: [],
  metadata: {},
} as const satisfies Partial<GoalFields>;

export const LONGEST_NAME = 255;
export const LONGEST_CATEGORY = 100;
export const HEAVIEST = 1_000;

/** Weights are compared and summed by their thousandths. */
const FINEST_WEIGHT = 1_000;

/** Tidies names and tags and names every fault at once: lengths, tags, weight, size of `metadata`, order of the dates. */
export const readGoalFields = (fields: GoalFields): Result<GoalFields> => {
  const tidy = {
    ...fields,
    name: tidyName(fields.name),
    category: fields.category === null ? null : tidyName(fields.category),
    tags: tidyTags(fields.tags),
  };
  const faults = [...textFaults(tidy), ...tagFaults(fields.tags), ...sizeFaults(tidy), ...dateFaults(tidy)];
  return faults.length > 0 ? err(invalid(faults)) : ok(tidy);
};

const textFaults = ({ name, category }: GoalFields): FieldFault[] => [
  ...lineFaults('/name', name, LONGEST_NAME),
  ...(category === null ? [] : lineFaults('/category', category, LONGEST_CATEGORY)),
];

const sizeFaults = ({ weight, metadata }: GoalFields): FieldFault[] => [
  ...(weight >= 0 && weight <= HEAVIEST && Math.round(weight * FINEST_WEIGHT) / FINEST_WEIGHT === weight
    ? []
    : [malformed('/weight', `a number from 0 to ${HEAVIEST} with at most three decimals`)]),
  ...metadataFaults(metadata),
];

const dateFaults = ({ startDate, targetDate }: GoalFields): FieldFault[] =>
  startDate && targetDate && startDate > targetDate
    ? [fault('/target_date', 'out-of-order', 'target_date must not lie before start_date.')]
    : [];
