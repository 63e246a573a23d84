import type { Member, Members } from '#application/identity/contract';

/** The people of tenants in memory. */
export class InMemoryMembers implements Members {
  private readonly rows: (Member & { readonly tenantId: string })[] = [];

  add(tenantId: string, member: Member): void {
    this.rows.push({ ...member, tenantId });
  }

  remove(id: string): void {
    this.rows.splice(0, this.rows.length, ...this.rows.filter((row) => row.id !== id));
  }

  membersOf(tenantId: string, userIds: readonly string[]): Promise<readonly Member[]> {
    const found = this.rows.filter((row) => row.tenantId === tenantId && userIds.includes(row.id));
    return Promise.resolve(found.map(({ id, name, email }) => ({ id, name, email })));
  }
}
