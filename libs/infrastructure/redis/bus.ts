import type { INestApplication } from '@nestjs/common';
import { EventIntake } from '#adapters/workflows/messaging/event-intake';
import { Config } from '#infrastructure/config/config';
import { accessOf, placeOf } from '#infrastructure/redis/address';
import { BusServer } from '#infrastructure/redis/bus-server';

/** Connects the application's message controllers to Redis Pub/Sub. A Redis that is away does not hold up the start. */
export const joinBus = (app: INestApplication): void => {
  const url = new URL(app.get(Config).REDIS_URL);
  const intake = app.get(EventIntake);
  const options = { ...placeOf(url), ...accessOf(url), db: Number(url.pathname.slice(1) || 0) };
  const strategy = new BusServer(options, (message) => intake.setAside(message));
  app.connectMicroservice({ strategy }, { inheritAppConfig: false });
  void app.startAllMicroservices();
};
