import { SetMetadata } from '@nestjs/common';

export const PUBLIC = 'goal-service:public';

/** Opens a route to everybody; every other one needs an access token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);
