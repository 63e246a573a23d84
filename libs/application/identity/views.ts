import { PERMISSIONS, ROLES } from '#domain/shared/permissions';
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
