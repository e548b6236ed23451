import type { JsonValue } from '@holdfast/core'

/** An object that JSON keeps as it is. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}
