import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { HEADERS, problemResponse, WITH_BODY } from '#adapters/shared/http/operation-responses';
import { problemView } from '#adapters/shared/http/problem';
import { reference, viewSchemas } from '#adapters/shared/http/open-api';
import { VERSION } from '#infrastructure/config/version';
import { OPERATIONAL } from '#infrastructure/http/operational-answers';

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** The OpenAPI document of the running application. */
export const openApi = (app: INestApplication): OpenAPIObject => {
  const config = new DocumentBuilder()
    .setTitle('Goal Service')
    .setDescription('Strategic goals, tasks, and workflow goals that know when they are reached.')
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  const document = SwaggerModule.createDocument(app, config, { autoTagControllers: false });
  for (const [path, { get, post, put, patch, delete: remove }] of Object.entries(document.paths)) {
    for (const operation of [get, post, put, patch, remove]) {
      if (!operation) continue;
      orderParameters(path, operation);
      if (operation.requestBody) tellOfBodies(operation);
      tellOfOperations(operation);
    }
    if (patch) takeMergePatches(patch);
  }
  reference(problemView);
  const { schemas } = document.components ?? {};
  document.components = { ...document.components, schemas: { ...schemas, ...viewSchemas() }, headers: HEADERS };
  return document;
};

/** Those of the path first, as it names them: compilers differ in the order in which decorators tell of parameters. */
const orderParameters = (path: string, { parameters = [] }: OperationObject): void => {
  const rank = (parameter: (typeof parameters)[number]): number =>
    'in' in parameter && parameter.in === 'path' ? path.indexOf(`{${parameter.name}}`) : path.length;
  parameters.sort((one, other) => rank(one) - rank(other));
};

/** Nest knows only here which routes read a body; what a route says of itself stays. */
const tellOfBodies = (operation: OperationObject): void => {
  const told = Object.entries(WITH_BODY).map(([status, description]) => [status, problemResponse(description)]);
  operation.responses = { ...(Object.fromEntries(told) as OperationObject['responses']), ...operation.responses };
};

/** RFC 7396, which every PATCH follows whatever it calls its body. */
const takeMergePatches = ({ requestBody }: OperationObject): void => {
  if (!requestBody || !('content' in requestBody)) return;
  const json = requestBody.content['application/json'];
  if (json) requestBody.content['application/merge-patch+json'] = json;
};

/** What operational routes answer: they are no operations of the contract, which says it of itself. */
const tellOfOperations = ({ operationId = '', responses }: OperationObject): void => {
  const schema = OPERATIONAL[operationId];
  for (const response of schema ? Object.values(responses) : [])
    Object.assign(response as object, { content: { 'application/json': { schema } } });
};

/** Swagger UI at `/docs` (from the package, works offline) and the document at `/docs-json`, written once: anybody may ask for it. */
export const serveDocs = (app: NestFastifyApplication): void => {
  let document: OpenAPIObject | undefined;
  let text: string | undefined;
  const made = (): OpenAPIObject => (document ??= openApi(app));
  SwaggerModule.setup('docs', app, made, {
    raw: false,
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
    customSiteTitle: 'Goal Service',
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/docs-json', (_request, reply) =>
    reply.type('application/json').send((text ??= JSON.stringify(made()))),
  );
};
