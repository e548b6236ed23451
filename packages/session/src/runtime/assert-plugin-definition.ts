import { describeValue, HoldfastError } from '@holdfast/core'
import { isKind } from '../kind.ts'
import type { PluginDefinition } from '../plugin-definition.ts'

/**
 * Takes the default export of a plugin's entry.
 *
 * @throws {@link HoldfastError} `PLUGIN_LOAD_FAILED` when `definePlugin` did not make it
 */
export function assertPluginDefinition(value: unknown): PluginDefinition {
  if (isKind(value, 'plugin/v1')) return value as PluginDefinition
  throw new HoldfastError(
    'PLUGIN_LOAD_FAILED',
    `The entry of a plugin has definePlugin({ … }) as its default export; got ${describeValue(value)}.`,
  )
}
