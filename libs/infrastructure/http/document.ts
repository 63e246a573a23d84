import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readConfig } from '#infrastructure/config/config';
import { openApi } from '#infrastructure/http/docs';
import { prefix } from '#infrastructure/http/server';
import { apiModule } from '#infrastructure/modules/processes';

/** The OpenAPI document of the API, made without connecting to anything: the routes are looked at, nothing is started. */
export const documentOfApi = async (): Promise<OpenAPIObject> => {
  const config = readConfig({ DATABASE_URL: 'postgres://none', REDIS_URL: 'redis://none', SECRET_KEY: 'none' });
  const app = await NestFactory.create(apiModule(config), new FastifyAdapter(), { preview: true, logger: false });
  prefix(app);
  return openApi(app);
};
