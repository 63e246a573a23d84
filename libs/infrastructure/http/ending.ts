import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Longer than a statement may take by default, and short enough to end within 25 seconds (RELIABILITY, *Crash table*). */
const PATIENCE_MS = 15_000;

/**
 * Lets the server close although its clients do not: who has asked for something gets an answer, for as long as patience lasts;
 * who has connected and asked for nothing yet is let go at once. To Node such a connection is as busy as any other, and nothing
 * would end it: a server that is closing looks after no time limits any more.
 */
export const endInTime = (app: NestFastifyApplication): void => {
  const fastify = app.getHttpAdapter().getInstance();
  const { server } = fastify;
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => {
      server.closeAllConnections();
    }, PATIENCE_MS).unref();
    done();
  });
};
