import { HoldfastError } from './holdfast-error.ts'
import { quoteOrDescribe } from './quote-or-describe.ts'

declare const brand: unique symbol

/** The id of a plugin without its version, validated by {@link parsePluginId}. */
export type PluginId = string & { readonly [brand]: 'PluginId' }

const pattern = /^[a-z0-9][a-z0-9._-]{0,63}$/

/**
 * Validates a plugin id: 1 to 64 characters of `a-z 0-9 . _ -`, the first a letter or digit.
 *
 * @throws {@link HoldfastError} `INVALID_PLUGIN_ID`
 */
export function parsePluginId(value: unknown): PluginId {
  if (typeof value === 'string' && pattern.test(value)) return value as PluginId
  throw new HoldfastError(
    'INVALID_PLUGIN_ID',
    `A plugin id has 1 to 64 of the characters a-z, 0-9, ".", "_" and "-", and begins with a letter or a digit; got ${quoteOrDescribe(value)}.`,
  )
}
