import { Controller, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EVENT_TYPE_OF } from '#domain/workflows/goal-type';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import type { RawMessage } from '#adapters/workflows/messaging/raw-message';

const WARN_EVERY_MS = 5000;

/** The way in over Pub/Sub: one channel an event type. What was published while nobody listened is gone (API). */
@Controller()
export class EventsConsumer implements BeforeApplicationShutdown {
  private readonly log = new Logger(EventsConsumer.name);
  private lastWarned = 0;

  constructor(private readonly intake: EventIntake) {}

  @EventPattern(EVENT_TYPE_OF.tag_added)
  tagAdded(@Payload() message: RawMessage): Promise<void> {
    return this.take(message);
  }

  @EventPattern(EVENT_TYPE_OF.purchase_made)
  purchaseMade(@Payload() message: RawMessage): Promise<void> {
    return this.take(message);
  }

  @EventPattern(EVENT_TYPE_OF.appointment_booked)
  appointmentBooked(@Payload() message: RawMessage): Promise<void> {
    return this.take(message);
  }

  @EventPattern(EVENT_TYPE_OF.form_submitted)
  formSubmitted(@Payload() message: RawMessage): Promise<void> {
    return this.take(message);
  }

  @EventPattern(EVENT_TYPE_OF.pipeline_stage_reached)
  pipelineStageReached(@Payload() message: RawMessage): Promise<void> {
    return this.take(message);
  }

  /** What still waits then is lost, as what is published while nobody listens is. */
  beforeApplicationShutdown(): void {
    this.intake.giveUp();
  }

  /** A published message waits in memory while the database is away: nobody will send it again. */
  private take(message: RawMessage): Promise<void> {
    return this.intake.takeWhateverItTakes(message, (failure, atOnce) => {
      if (!atOnce && Date.now() - this.lastWarned < WARN_EVERY_MS) return;
      this.lastWarned = Date.now();
      this.log.warn(`events wait: ${failure.message}`);
    });
  }
}
