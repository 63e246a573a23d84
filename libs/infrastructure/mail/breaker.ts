import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  isBrokenCircuitError,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { Gauge } from 'prom-client';

const state = new Gauge({
  name: 'goal_circuit_state',
  help: 'Whether a service that this process depends on is asked: 0 closed (it is), 1 half open (one try), 2 open (it is not).',
  labelNames: ['circuit'],
});

const SHOWN: Readonly<Record<CircuitState, number>> = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
};

export interface BreakerSettings {
  /** How many failures in a row open it. */
  readonly failures: number;
  /** How long it stays open before one try is let through, in milliseconds. */
  readonly resetMs: number;
}

/** Keeps this process from asking somebody who does not answer again and again. `name` is its label in `/metrics`. */
export class Breaker {
  private readonly policy: CircuitBreakerPolicy;
  private openUntil = 0;

  constructor(
    name: string,
    { failures, resetMs }: BreakerSettings,
    /** Whether a failure speaks of the other side itself, and not of what it was asked. */
    isTheirs: (failure: Error) => boolean = () => true,
  ) {
    this.policy = circuitBreaker(handleWhen(isTheirs), {
      halfOpenAfter: resetMs,
      breaker: new ConsecutiveBreaker(failures),
    });
    state.set({ circuit: name }, SHOWN[CircuitState.Closed]);
    this.policy.onStateChange((next) => {
      if (next === CircuitState.Open) this.openUntil = Date.now() + resetMs;
      state.set({ circuit: name }, SHOWN[next]);
    });
  }

  /** Whether nothing would be let through now. */
  get isOpen(): boolean {
    return this.policy.state === CircuitState.Open && Date.now() < this.openUntil;
  }

  /** Rejects with `isBroken` when it lets nothing through. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.policy.execute(work);
  }
}

/** Whether nothing was tried because a breaker is open. */
export const isBroken = (failure: unknown): boolean => isBrokenCircuitError(failure);
