import type { JsonValue } from '@holdfast/core'

/**
 * `Value` if JSON keeps it as it is, as far as its type can tell, else `never` in the place that
 * JSON cannot keep. Unlike {@link JsonValue} it takes interfaces and optional properties. The strict
 * check is made when the value is encoded.
 */
export type JsonCompatible<Value> = unknown extends Value
  ? JsonValue
  : Value extends JsonValue
    ? Value
    : Value extends bigint | symbol | undefined | ((...parameters: never) => unknown)
      ? never
      : { readonly [Name in keyof Value]: JsonProperty<Value, Name> }

/** What a method takes that stores or sends JSON: what is JSON by its type, or compatible with it. */
export type JsonInput<Value> = JsonValue | (Value & JsonCompatible<Value>)

/** An optional property may be absent; that it is not there as `undefined` is checked at run time. */
type JsonProperty<Owner, Name extends keyof Owner> =
  Owner extends Required<Pick<Owner, Name>>
    ? JsonCompatible<Owner[Name]>
    : JsonCompatible<Exclude<Owner[Name], undefined>> | undefined
