import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { PluginGrants } from './plugin-grants.ts'

/**
 * Tells what a plugin asks for and does not get, for its operator to know of: `network`, `addons`, and
 * variables of the environment by their names. Numbers that an operator has lowered are not among it.
 */
export function ungrantedOf(
  { permissions, bundle }: PluginManifest,
  grants: PluginGrants,
): readonly string[] {
  const { network, environment, addons } = grants
  return [
    ...(permissions.network && !network ? ['network'] : []),
    ...(bundle?.addons === true && !addons ? ['addons'] : []),
    ...permissions.environment.filter((name) => !Object.hasOwn(environment, name)),
  ]
}
