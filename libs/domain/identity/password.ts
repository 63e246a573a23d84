import { COMMON_PASSWORDS } from '#domain/identity/common-passwords';
import { fault, type FieldFault } from '#domain/shared/errors';

export const LONGEST_PASSWORD = 128;

/** What is wrong with a password that somebody chooses: its length in characters, or that it is easily guessed. */
export const passwordFaults = (password: string, email: string, least: number, pointer = '/password'): FieldFault[] => {
  const { length } = Array.from(password);
  if (length < least || length > LONGEST_PASSWORD) {
    const detail = `A password has ${String(least)} to ${String(LONGEST_PASSWORD)} characters.`;
    return [fault(pointer, 'length', detail)];
  }
  const word = password.toLowerCase();
  if (COMMON_PASSWORDS.has(word) || word === email.toLowerCase() || new Set(word).size < 3)
    return [fault(pointer, 'too-common', 'This password is among the first that are tried; take another.')];
  return [];
};
