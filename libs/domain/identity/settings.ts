import { fault, type FieldFault } from '#domain/shared/errors';
import type { JsonObject } from '#domain/shared/json';
import { metadataFaults } from '#domain/shared/labels';

const MOST_SETTINGS = 100;

const tooMany = fault('/settings', 'too-many', `A tenant keeps at most ${String(MOST_SETTINGS)} settings.`);

/** The faults of a tenant's settings as they would be kept: patches are small, and there is no end to them. */
export const settingsFaults = (settings: JsonObject): FieldFault[] => [
  ...(Object.keys(settings).length <= MOST_SETTINGS ? [] : [tooMany]),
  ...metadataFaults(settings, '/settings'),
];
