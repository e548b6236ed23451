import { describeValue, MisuseError } from '@holdfast/core'
import type { AttemptStore } from '../attempt-store.ts'

/** `attempt_store` over the values of whichever attempt `open` gives. */
export class AttemptValues implements AttemptStore {
  readonly #open: () => Map<string, unknown>

  constructor(open: () => Map<string, unknown>) {
    this.#open = open
  }

  // The caller alone knows what it has put there.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  get<Value = unknown>(key: string): Value | undefined {
    return this.#open().get(checkKey(key)) as Value | undefined
  }

  set(key: string, value: unknown): void {
    this.#open().set(checkKey(key), value)
  }

  delete(key: string): void {
    this.#open().delete(checkKey(key))
  }

  has(key: string): boolean {
    return this.#open().has(checkKey(key))
  }
}

function checkKey(key: unknown): string {
  if (typeof key === 'string') return key
  throw new MisuseError(
    'WRONG_TYPE',
    `A key of attempt_store is a string; got ${describeValue(key)}.`,
  )
}
