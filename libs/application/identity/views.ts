import { USER_STATUSES } from '#domain/identity/member';
import { PERMISSIONS, ROLES } from '#domain/shared/permissions';
import { listing } from '#application/shared/listing';
import { view, type Shown } from '#application/shared/view';

const TOKENS = { access_token: 'text', refresh_token: 'text', token_type: 'text', expires_in: 'integer' } as const;

/** `expires_in`: seconds until the access token ends. */
export const tokensView = view('Tokens', TOKENS);
export type TokensView = Shown<typeof tokensView>;

const MEMBER = {
  user_id: 'uuid',
  email: 'text',
  name: 'text',
  role: { oneOf: ROLES },
  tenant_id: 'uuid',
  tenant_name: 'text',
} as const;

/** The tokens are `null` where the address has to be confirmed first. */
export const registeredView = view('Registered', {
  ...MEMBER,
  access_token: { orNull: 'text' },
  refresh_token: { orNull: 'text' },
  token_type: 'text',
  expires_in: { orNull: 'integer' },
});
export type RegisteredView = Shown<typeof registeredView>;

/** Who asks, as they are let in: an API key shows its maker, and its own permissions. */
export const meView = view('Me', {
  ...MEMBER,
  email: { orNull: 'text' },
  permissions: { listOf: { oneOf: PERMISSIONS } },
});
export type MeView = Shown<typeof meView>;

/** `email`: `null` for members of another issuer who brought none. */
export const userView = view('User', {
  id: 'uuid',
  email: { orNull: 'text' },
  name: 'text',
  role: { oneOf: ROLES },
  status: { oneOf: USER_STATUSES },
  email_confirmed_at: { orNull: 'time' },
  version: 'integer',
  created_at: 'time',
  created_by: { orNull: 'uuid' },
  updated_at: 'time',
  updated_by: { orNull: 'uuid' },
});
export type UserView = Shown<typeof userView>;

export const userListing = listing({
  item: userView,
  sortable: ['created_at', 'name', 'role'],
  filters: {
    role: { kind: { oneOf: ROLES } },
    status: { kind: { oneOf: USER_STATUSES } },
    email: { kind: 'text' },
  },
});

/** `token`: shown once, and only where it is not mailed. */
export const invitationView = view('Invitation', {
  id: 'uuid',
  email: 'text',
  role: { oneOf: ROLES },
  token: { orNull: 'text' },
  created_at: 'time',
  expires_at: 'time',
});
export type InvitationView = Shown<typeof invitationView>;

/** `settings`: the tenant's own, for whoever works with it; the service reads none of them. */
export const tenantView = view('Tenant', {
  id: 'uuid',
  name: 'text',
  settings: 'object',
  created_at: 'time',
  updated_at: 'time',
});
export type TenantView = Shown<typeof tenantView>;

const API_KEY = {
  id: 'uuid',
  name: 'text',
  scopes: { listOf: 'text' },
  created_by: 'uuid',
  created_at: 'time',
  expires_at: { orNull: 'time' },
  last_used_at: { orNull: 'time' },
  revoked_at: { orNull: 'time' },
} as const;

/** `created_by`: in whose name the key acts. `last_used_at` is within a minute of the truth. */
export const apiKeyView = view('ApiKey', API_KEY);
export type ApiKeyView = Shown<typeof apiKeyView>;

/** `key` is shown this once. */
export const newApiKeyView = view('NewApiKey', { ...API_KEY, key: 'text' });
export type NewApiKeyView = Shown<typeof newApiKeyView>;

export const apiKeyListing = listing({ item: apiKeyView, sortable: ['created_at', 'name'], filters: {} });
