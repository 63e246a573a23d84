import { stopTestServers } from './global-setup';

/** Ends the servers of the test run. */
export default async function globalTeardown(): Promise<void> {
  await stopTestServers();
}
