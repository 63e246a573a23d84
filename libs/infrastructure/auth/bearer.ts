import type { FastifyRequest } from 'fastify';

const BEARER = /^bearer +(\S+)$/i;

/** What stands behind `Bearer` in the header; empty where nothing does. */
export const bearerOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string =>
  BEARER.exec(headers.authorization ?? '')?.[1] ?? '';
