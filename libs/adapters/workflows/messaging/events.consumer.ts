import { Controller, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EVENT_TYPE_OF } from '#domain/workflows/goal-type';
import { EventIntake, type RawMessage } from '#adapters/workflows/messaging/event-intake';

/** The way in over Pub/Sub: one channel an event type. What was published while nobody listened is gone (API). */
@Controller()
export class EventsConsumer {
  private readonly log = new Logger(EventsConsumer.name);

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

  /** A published message waits in memory while the database is away: nobody will send it again. */
  private async take(message: RawMessage): Promise<void> {
    await this.intake.takeWhateverItTakes(message, (failure) => {
      this.log.warn(`an event waits: ${failure.message}`);
    });
  }
}
