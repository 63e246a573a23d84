import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, register } from 'prom-client';
import { COME_AGAIN } from '#adapters/shared/http/problem';
import { Config } from '#infrastructure/config/config';
import { Gauges } from '#infrastructure/observability/gauges';
import { Health } from '#infrastructure/observability/health';

/** `/metrics` and `/health*` on a port of their own, for whoever watches the process and nobody else. */
@Injectable()
export class OperationsServer implements OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly config: Config,
    private readonly health: Health,
    private readonly gauges: Gauges,
  ) {}

  /** Listens on METRICS_PORT and answers the port (0 lets the system choose). */
  async listen(): Promise<number> {
    if (!register.getSingleMetric('process_start_time_seconds')) collectDefaultMetrics();
    this.gauges.register();
    const server = createServer((request, response) => {
      void this.answer(request.url ?? '/').then(({ status, type, body }) => {
        response.writeHead(status, { 'Content-Type': type, ...(status === 503 && COME_AGAIN) }).end(body);
      });
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.config.METRICS_PORT, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(url: string): Promise<{ status: number; type: string; body: string }> {
    const path = url.replace(/\?.*$/, '');
    if (path === '/metrics') return { status: 200, type: register.contentType, body: await register.metrics() };
    if (path === '/health/live') return json(200, { status: 'alive' });
    if (path !== '/health' && path !== '/health/ready') return json(404, { status: 'unknown' });
    const report = await this.health.report();
    return json(report.status === 'unhealthy' ? 503 : 200, report);
  }
}

const json = (status: number, body: unknown) => ({ status, type: 'application/json', body: JSON.stringify(body) });
