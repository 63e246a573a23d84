import { SETTINGS, type Setting } from '#infrastructure/config/config';

const settings = Object.entries<Setting<unknown>>(SETTINGS);

/** `.env.example`: every setting with what it means, commented out, at its default. */
export const envExample = (): string =>
  [
    '# Every setting of the service at its default. Copy this file to .env and uncomment what you change:',
    '# npm start reads .env, and so does node --env-file=.env dist/apps/api/main.js.',
    ...settings.map(([name, { means, form, fallback = '' }]) => `\n# ${plain(means)} (${form})\n# ${name}=${fallback}`),
    '',
  ].join('\n');

const BEGIN = '<!-- settings: written by `npm run settings` -->';
const END = '<!-- /settings -->';

/** The text with its table of settings renewed. Throws when it has no place for one. */
export const withSettingsTable = (readme: string): string => {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the table of settings stands between ${BEGIN} and ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${table()}\n\n${readme.slice(end)}`;
};

const table = (): string =>
  [
    '| Setting | Default | Meaning |',
    '| --- | --- | --- |',
    ...settings.map(
      ([name, { means, fallback }]) => `| \`${name}\` | ${fallback ? `\`${fallback}\`` : ''} | ${means} |`,
    ),
  ].join('\n');

const plain = (markdown: string): string => markdown.replaceAll('`', '');
