/** What an operator decides about workflows. */
export abstract class WorkflowSettings {
  /** Most goals of one workflow, inactive ones included (SPEC 4.2). */
  abstract readonly maxGoals: number;
}
