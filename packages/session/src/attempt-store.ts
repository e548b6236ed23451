/**
 * Keeps any value of the program by key until the current attempt of the invocation ends: a
 * connection, a parsed document, a counter. Nothing of it is stored or copied, and another attempt
 * begins with an empty one.
 *
 * Every method throws `NO_INVOCATION` outside an invocation, and `INVOCATION_CLOSED` after its end.
 *
 * @example
 * ```ts
 * import { attempt_store } from '@holdfast/session'
 *
 * attempt_store.set('client', client)
 * attempt_store.get('client')
 * ```
 */
export interface AttemptStore {
  /** Gives the value, or `undefined` if there is none. Its type is taken at the caller's word. */
  // The caller alone knows what it has put there.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  get<Value = unknown>(key: string): Value | undefined
  set(key: string, value: unknown): void
  /** Removes a key. To remove what is not there is no error. */
  delete(key: string): void
  has(key: string): boolean
}
