import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { trace } from '@opentelemetry/api';

/** Ending must not wait long for a collector that is away. */
const PATIENCE_MS = 2000;

/** What stands behind the interface: the SDK's own where it is loaded, else one that has nothing to hand over. */
interface Registered {
  getDelegate(): { forceFlush?(): Promise<void> };
}

/** Hands over what spans are still in hand when the process ends. */
@Injectable()
export class LastSpans implements OnApplicationShutdown {
  async onApplicationShutdown(): Promise<void> {
    const registered = trace.getTracerProvider() as unknown as Registered;
    const flushed = registered
      .getDelegate()
      .forceFlush?.()
      .catch(() => undefined);
    if (flushed) await Promise.race([flushed, sleep(PATIENCE_MS, undefined, { ref: false })]);
  }
}
