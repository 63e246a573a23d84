/** The people of tenants, as other contexts may know them. */
export interface Member {
  readonly id: string;
  readonly name: string;
  /** `null`: of a member of another issuer who brought none. */
  readonly email: string | null;
}

export abstract class Members {
  /** Those of the people named who belong to the tenant. */
  abstract membersOf(tenantId: string, userIds: readonly string[]): Promise<readonly Member[]>;
}
