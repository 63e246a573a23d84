import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv } from 'ajv';
import { PROJECT_FOLDER } from '#infrastructure/config/version';
import { offeredBodies, operationsOf, schemaOfBody } from '../support/open-api';

describe('The examples of openapi.json', () => {
  const document = JSON.parse(readFileSync(join(PROJECT_FOLDER, 'openapi.json'), 'utf8')) as OpenAPIObject;
  // Formats are held against the service itself: there every example is sent.
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema(document, 'openapi');

  const faultsOf = (schema: object, value: unknown): unknown => {
    const isValid = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object);
    return isValid(value) ? [] : isValid.errors;
  };

  const bodies = operationsOf(document).flatMap((one) =>
    offeredBodies(document, one).map((body, n) => [`${one.name} (${String(n + 1)})`, schemaOfBody(one), body] as const),
  );

  it.each(bodies)('%s fits its schema', (_name, schema, body) => {
    expect(faultsOf(schema, body)).toEqual([]);
  });

  const properties = Object.entries(document.components?.schemas ?? {}).flatMap(([name, schema]) =>
    'properties' in schema
      ? Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
          'example' in property ? [[`${name}.${key}`, property, property.example as unknown] as const] : [],
        )
      : [],
  );

  it.each(properties)('that of %s fits what it may be', (_name, schema, example) => {
    expect(faultsOf(schema, example)).toEqual([]);
  });
});
