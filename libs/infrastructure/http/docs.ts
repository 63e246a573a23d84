import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { problemView } from '#adapters/shared/http/problem';
import { reference, viewSchemas } from '#adapters/shared/http/open-api';
import { VERSION } from '#infrastructure/config/version';

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
  reference(problemView);
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...viewSchemas() } };
  return document;
};

/** Swagger UI at `/docs` (from the package, works offline) and the document at `/docs-json`. */
export const serveDocs = (app: INestApplication): void => {
  SwaggerModule.setup('docs', app, () => openApi(app), {
    jsonDocumentUrl: 'docs-json',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, tryItOutEnabled: true },
    customSiteTitle: 'Goal Service',
  });
};
