/**
 * Several suites in one file: each file of Jest's loads Nest and TypeORM anew, which would take a quarter of `npm test`'s time. The
 * configuration says which (`jest.config.cjs`); each stands under its own path.
 */
declare const SUITES: readonly string[];

describe.each(SUITES)('%s', (file) => {
  jest.requireActual(`../../${file}`);
});
