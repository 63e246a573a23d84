import { invalid, type FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { lineFaults, malformed, metadataFaults, tagFaults, tidyTags } from '#domain/shared/labels';
import { err, ok, type Result } from '#domain/shared/result';
import { tidyName } from '#domain/shared/text';
import type { TaskPriority } from '#domain/tasks/words';

/** What a caller may write of a task (SPEC 6); where it stands and who has it comes beside. Times are in UTC. */
export interface TaskFields {
  readonly title: string;
  readonly description: string | null;
  readonly priority: TaskPriority;
  readonly ownerId: string | null;
  readonly dueDate: Date | null;
  readonly estimatedHours: number | null;
  readonly actualHours: number | null;
  /** A whole number from 0 to 100; 100 once the task is completed. */
  readonly percentComplete: number;
  readonly tags: readonly string[];
  readonly metadata: JsonObject;
}

/** What a task has that says nothing else. */
export const USUAL_FIELDS = {
  description: null,
  priority: 'medium',
  dueDate: null,
  estimatedHours: null,
  actualHours: null,
  percentComplete: 0,
  tags: [],
  metadata: {},
} as const satisfies Partial<TaskFields>;

export const LONGEST_TITLE = 255;
export const MOST_HOURS = 100_000;
export const MOST_DEPENDENCIES = 100;

/** Tidies title and tags and names every fault at once: lengths, tags, hours, percentage, size of `metadata`. */
export const readTaskFields = (fields: TaskFields): Result<TaskFields> => {
  const tidy = { ...fields, title: tidyName(fields.title), tags: tidyTags(fields.tags) };
  const faults = [
    ...lineFaults('/title', tidy.title, LONGEST_TITLE),
    ...hourFaults('/estimated_hours', tidy.estimatedHours),
    ...hourFaults('/actual_hours', tidy.actualHours),
    ...percentFaults(tidy.percentComplete),
    ...tagFaults(fields.tags),
    ...metadataFaults(tidy.metadata),
  ];
  return faults.length > 0 ? err(invalid(faults)) : ok(tidy);
};

const hourFaults = (pointer: string, hours: number | null): FieldFault[] =>
  hours === null || (hours >= 0 && hours <= MOST_HOURS)
    ? []
    : [malformed(pointer, `a number from 0 to ${MOST_HOURS}, or null`)];

const percentFaults = (percent: number): FieldFault[] =>
  Number.isInteger(percent) && percent >= 0 && percent <= 100
    ? []
    : [malformed('/percent_complete', 'a whole number from 0 to 100')];
