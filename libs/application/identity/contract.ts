/** The people of tenants, as other contexts may know them. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export abstract class Members {
  /** Those of the people named who belong to the tenant. */
  abstract membersOf(tenantId: string, userIds: readonly string[]): Promise<readonly Member[]>;
}
