import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { COME_AGAIN } from '#adapters/shared/http/problem';
import { Public } from '#adapters/shared/http/public';
import { Health, type HealthReport } from '#infrastructure/observability/health';

@Public()
@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @ApiResponse({ status: 200, description: 'healthy, or degraded: Redis is away' })
  @ApiResponse({ status: 503, description: 'unhealthy: PostgreSQL is away, not migrated, or this process is ending' })
  @ApiOperation({ operationId: 'getHealth', summary: 'How the service and what it stands on are.' })
  @Get()
  async report(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    const report = await this.health.report();
    void reply.header('Cache-Control', 'no-store');
    if (report.status === 'unhealthy') void reply.status(503).headers(COME_AGAIN);
    return report;
  }

  @ApiOperation({ operationId: 'getLiveness', summary: 'The process is alive. Asks nothing else.' })
  @Get('live')
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @ApiResponse({ status: 200, description: 'ready' })
  @ApiResponse({ status: 503, description: 'not ready' })
  @ApiOperation({ operationId: 'getReadiness', summary: 'Work can be sent here: PostgreSQL is up and migrated.' })
  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.report(reply);
  }
}
