import type { OpenAPIObject } from '@nestjs/swagger';
import { PERMISSIONS, PERMISSIONS_OF, ROLES } from '#domain/shared/permissions';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const HEAD = `# Permissions

What each role may do, and what each route asks for. Written by \`npm run permissions\` from the code; a test holds it against the
running service. Members have one role; an API key has the scopes it was made with, of which those count that its maker has
today. \`any\`: whoever has a token. \`person\`: whoever has one and is no key. \`public\`: everybody. Only an Owner names another
Owner, and no key does; only an Owner changes or removes one.
`;

const roles = (): string[] => [
  '## Roles',
  '',
  row(['Permission', ...ROLES]),
  row(['---', ...ROLES.map(() => ':---:')]),
  ...PERMISSIONS.map((one) => row([`\`${one}\``, ...ROLES.map((role) => (PERMISSIONS_OF[role].has(one) ? '✓' : ''))])),
];

const routes = ({ paths }: OpenAPIObject): string[] => [
  '## Routes',
  '',
  row(['Route', 'Asks for']),
  row(['---', '---']),
  ...Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, { readonly 'x-permission'?: string }>>).map(
      ([method, { 'x-permission': permission = 'public' }]) =>
        row([`${method.toUpperCase()} \`${path}\``, `\`${permission}\``]),
    ),
  ),
];

/** The text of `docs/permissions.md`. */
export const permissionsText = (document: OpenAPIObject): string =>
  [HEAD, ...roles(), '', ...routes(document), ''].join('\n');
