/** The four roles of a tenant's members, strongest first (SPEC 7). */
export const ROLES = ['Owner', 'Admin', 'Editor', 'Viewer'] as const;
export type Role = (typeof ROLES)[number];

const CRUD = ['create', 'read', 'update', 'delete'] as const;

/** Every permission there is, `resource:action` (API, *Permissions*). */
export const PERMISSIONS = [
  ...(['goal', 'goal_link', 'task', 'workflow', 'workflow_goal', 'user'] as const).flatMap((resource) =>
    CRUD.map((action) => `${resource}:${action}` as const),
  ),
  'enrollment:create',
  'enrollment:read',
  'enrollment:update',
  'contact:read',
  'contact:update',
  'contact:delete',
  'catalog:read',
  'catalog:update',
  'catalog:delete',
  'api_key:create',
  'api_key:read',
  'api_key:delete',
  'dead_letter:read',
  'dead_letter:replay',
  'dead_letter:delete',
  'tenant:read',
  'tenant:update',
  'analysis:read',
  'realization:read',
  'analytics:read',
  'audit:read',
  'task:override',
  'action:execute',
  'event:publish',
  'sync:trigger',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const CLOSED_TO_VIEWER = /^(audit|dead_letter|api_key):/;
const CLOSED_TO_EDITOR = /^(user|api_key|tenant):(create|update)$/;
const EDITOR_ALSO: readonly string[] = ['action:execute', 'event:publish'];

const viewerMay = (permission: Permission): boolean =>
  permission.endsWith(':read') && !CLOSED_TO_VIEWER.test(permission);

const editorMay = (permission: Permission): boolean =>
  viewerMay(permission) ||
  EDITOR_ALSO.includes(permission) ||
  (/:(create|update)$/.test(permission) && !CLOSED_TO_EDITOR.test(permission));

/** What each role may do (API, *Permissions*): Owner and Admin everything, Editor writes but never deletes, Viewer reads. */
export const PERMISSIONS_OF: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  Owner: new Set(PERMISSIONS),
  Admin: new Set(PERMISSIONS),
  Editor: new Set(PERMISSIONS.filter(editorMay)),
  Viewer: new Set(PERMISSIONS.filter(viewerMay)),
};
