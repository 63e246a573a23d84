import { ValidationPipe, type ArgumentMetadata, type Type, type ValidationError } from '@nestjs/common';
import { plainToInstance, Transform } from 'class-transformer';
import { validate } from 'class-validator';
import { fault, invalid, type FieldFault } from '#domain/shared/errors';
import { isObject, type JsonObject } from '#domain/shared/json';
import { err, ok, type Result } from '#domain/shared/result';
import { Refused } from '#adapters/shared/http/problem';

const STRICTLY = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

/** Checks the form of a body against its class and names every faulty field at once by JSON pointer (422). */
export class BodyPipe extends ValidationPipe {
  constructor() {
    super({
      ...STRICTLY,
      transform: true,
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
    const further = [
      ...inheritedNames(body),
      ...((metadata.metatype as Partial<BodyWithFurtherFaults> | undefined)?.furtherFaults?.(body) ?? []),
    ];
    const checked: unknown = await super.transform(body, metadata).catch(refusedWith(further));
    if (further.length > 0) throw new Refused(invalid(further));
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

/** Checks one item of a batch by itself, as the pipe checks a whole body; pointers begin at the item. */
export const readForm = async <T extends object>(form: Type<T>, item: unknown): Promise<Result<T>> => {
  if (!isObject(item)) return err(invalid([fault('', 'type', 'It must be a JSON object.')]));
  const read = plainToInstance(form, item);
  const faults = [...inheritedNames(item), ...(await validate(read, STRICTLY)).flatMap((error) => faultsOf(error, ''))];
  return faults.length > 0 ? err(invalid(faults)) : ok(read);
};

/** Keeps a free-form member as it was sent: its own reader judges it (criteria, steps, attributes). */
export const AsSent = (): PropertyDecorator => Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);

/** Keys that every object inherits (`toString`), and which class-validator therefore takes for known. */
const inheritedNames = (body: JsonObject): FieldFault[] =>
  Object.keys(body)
    .filter((name) => name in Object.prototype)
    .map((name) => fault(`/${name}`, 'unknown', `property ${name} should not exist`));

const faultsOf = (error: ValidationError, path: string): FieldFault[] => {
  const pointer = `${path}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return [
    ...(error.constraints ? [faultOf(error, error.constraints, pointer)] : []),
    ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer)),
  ];
};

/** What is wrong with a list is not wrong with its items, and what has the wrong type is not too long. */
const FIRST = ['isArray', 'isString'];

/** One fault a field: that it is missing, or of the rules it breaks the one that explains the others. */
const faultOf = ({ property, value }: ValidationError, broken: Readonly<Record<string, string>>, pointer: string) => {
  if (value === undefined) return fault(pointer, 'required', `${property} must be given.`);
  const rule = FIRST.find((first) => first in broken) ?? Object.keys(broken)[0] ?? '';
  return fault(pointer, codeOf(rule), broken[rule] ?? '');
};

/** `whitelistValidation` is an unknown key; the others go by their rule's name in kebab-case. */
const codeOf = (rule: string): string =>
  rule === 'whitelistValidation' ? 'unknown' : rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
