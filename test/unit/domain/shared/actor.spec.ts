import { Actor } from '#domain/shared/actor';
import { PERMISSIONS, PERMISSIONS_OF, type ROLES, type Permission } from '#domain/shared/permissions';

const may = (role: (typeof ROLES)[number]): Permission[] => PERMISSIONS.filter((one) => PERMISSIONS_OF[role].has(one));

describe('permissions (API, Permissions)', () => {
  it('are each listed once', () => {
    expect(new Set(PERMISSIONS).size).toBe(PERMISSIONS.length);
    expect(PERMISSIONS).toHaveLength(49);
  });

  it('Owner and Admin have all', () => {
    expect(may('Owner')).toEqual([...PERMISSIONS]);
    expect(may('Admin')).toEqual([...PERMISSIONS]);
  });

  it('Editor creates, updates, carries out and publishes, but deletes nothing and leaves users, keys and tenant alone', () => {
    const editor = may('Editor');
    expect(editor).toEqual(
      expect.arrayContaining(['workflow:create', 'contact:update', 'action:execute', 'event:publish']),
    );
    const refused = [
      /:delete$/,
      /^(user|api_key|tenant):(create|update)$/,
      /^(task:override|sync:trigger|dead_letter:replay)$/,
    ];
    expect(editor.filter((one) => refused.some((pattern) => pattern.test(one)))).toEqual([]);
  });

  it('Viewer reads everything but audit log, dead letters and keys', () => {
    const closed: readonly Permission[] = ['audit:read', 'dead_letter:read', 'api_key:read'];
    expect(may('Viewer')).toEqual(PERMISSIONS.filter((one) => one.endsWith(':read') && !closed.includes(one)));
  });
});

describe('an actor', () => {
  it('who is a key acts for its maker, with what both may do, and stands in the audit log itself', () => {
    const key = Actor.key('tenant-1', 'key-1', 'user-1', 'Editor', ['goal:create', 'goal:delete', 'event:publish']);
    expect(key).toMatchObject({ tenantId: 'tenant-1', userId: 'user-1', keyId: 'key-1', auditId: 'key-1' });
    expect(PERMISSIONS.filter((one) => key.may(one))).toEqual(['goal:create', 'event:publish']);
    expect(Actor.member('tenant-1', 'user-1', 'Viewer').auditId).toBe('user-1');
  });

  it('who is a member acts in one tenant with the permissions of the role', () => {
    const viewer = Actor.member('tenant-1', 'user-1', 'Viewer');
    expect(viewer).toMatchObject({ tenantId: 'tenant-1', tenantIds: ['tenant-1'], userId: 'user-1' });
    expect([viewer.may('workflow:read'), viewer.may('workflow:create')]).toEqual([true, false]);
  });

  it('that is the service has the tenants of its batch and nothing but the permissions named', () => {
    const system = Actor.system(['tenant-1', 'tenant-2'], 'event:publish');
    expect(system).toMatchObject({ tenantIds: ['tenant-1', 'tenant-2'], userId: null });
    expect(PERMISSIONS.filter((one) => system.may(one))).toEqual(['event:publish']);
  });

  it.each([[[]], [['tenant-1', 'tenant-2']]])('of the tenants %j has no single one', (tenants: string[]) => {
    expect(() => Actor.system(tenants).tenantId).toThrow('no single tenant');
  });
});
