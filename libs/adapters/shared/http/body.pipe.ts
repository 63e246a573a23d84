import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { isObject, type JsonObject } from '#domain/shared/json';
import { Refused } from '#adapters/shared/http/problem';

/** Checks the form of a body against its class and names every faulty field at once by JSON pointer (422). */
export class BodyPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new Refused(invalid(errors.flatMap((error) => faultsOf(error, '')))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body') return value;
    // Nothing sent stands for an object without members; `null` is something sent.
    const body = value === undefined ? {} : value;
    if (!isObject(body)) {
      throw new Refused(invalid([fault('', 'type', 'The body must be a JSON object.')]));
    }
    const further = (metadata.metatype as Partial<BodyWithFurtherFaults> | undefined)?.furtherFaults?.(body);
    const checked: unknown = await super.transform(body, metadata).catch(refusedWith(further ?? []));
    if (further && further.length > 0) throw new Refused(invalid(further));
    return checked;
  }
}

/** A body class that finds faults of form which its decorators cannot, inside a free-form member. */
export interface BodyWithFurtherFaults {
  furtherFaults(body: JsonObject): readonly FieldFault[];
}

const refusedWith =
  (further: readonly FieldFault[]) =>
  (refused: unknown): never => {
    if (!(refused instanceof Refused)) throw refused;
    throw new Refused(invalid([...(refused.error.fields ?? []), ...further]));
  };

/** Keeps a free-form member as it was sent: its own reader judges it (criteria, steps, attributes). */
export const AsSent = (): PropertyDecorator => Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);

const faultsOf = (error: ValidationError, path: string): FieldFault[] => {
  const pointer = `${path}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    ...Object.entries(error.constraints ?? {}).map(([rule, detail]) => fault(pointer, codeOf(rule), detail)),
    ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer)),
  ];
};

/** `whitelistValidation` is an unknown key; the others go by their rule's name in kebab-case. */
const codeOf = (rule: string): string =>
  rule === 'whitelistValidation' ? 'unknown' : rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
