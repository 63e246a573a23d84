const HEX = '([0-9a-f]{32})';
const SECRET = '([A-Za-z0-9_-]{43})';
const KEY = new RegExp(`^gsk_${HEX}${HEX}_${SECRET}$`);
const INVITATION = new RegExp(`^${HEX}${HEX}${SECRET}$`);

/**
 * What is given away once and stored hashed: it names its tenant and its row, so that nothing is looked for across tenants.
 * `secret`: 32 random bytes as base64url.
 */
export interface SecretOf {
  readonly tenantId: string;
  readonly id: string;
  readonly secret: string;
}

const packed = (id: string): string => id.replaceAll('-', '');

const unpacked = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const read = (form: RegExp, text: string): SecretOf | undefined => {
  const [, tenantId, id, secret] = form.exec(text) ?? [];
  return tenantId && id && secret ? { tenantId: unpacked(tenantId), id: unpacked(id), secret } : undefined;
};

/** The text of an API key: `gsk_…`. */
export const apiKeyText = ({ tenantId, id, secret }: SecretOf): string =>
  `gsk_${packed(tenantId)}${packed(id)}_${secret}`;

export const readApiKey = (text: string): SecretOf | undefined => read(KEY, text);

/** The token of an invitation. */
export const invitationText = ({ tenantId, id, secret }: SecretOf): string =>
  `${packed(tenantId)}${packed(id)}${secret}`;

export const readInvitation = (text: string): SecretOf | undefined => read(INVITATION, text);
