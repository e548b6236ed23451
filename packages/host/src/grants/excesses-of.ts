import type { Mistake } from '../manifest/located-json.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { WrittenPolicy } from './policy-schemas.ts'

/** What a policy for one plugin would give beyond what the manifest asks for. */
export function excessesOf(manifest: PluginManifest, policy: WrittenPolicy): readonly Mistake[] {
  const { permissions, bundle } = manifest
  const variables = policy.environment ?? []
  return [
    ...(policy.network === true && !permissions.network
      ? [notAsked(['network'], 'The network', '"permissions": { "network": true }')]
      : []),
    ...variables.flatMap((name, index) =>
      permissions.environment.includes(name)
        ? []
        : [
            notAsked(
              ['environment', index],
              `The variable ${name}`,
              `${JSON.stringify(name)} in "permissions"."environment"`,
            ),
          ],
    ),
    ...(policy.addons === true && bundle?.addons !== true
      ? [
          {
            path: ['addons'],
            message:
              'Native addons are granted, but the plugin was built without any. Take the grant back.',
          },
        ]
      : []),
    ...numbersOf(manifest).flatMap(({ name, field, asked }) =>
      (policy[name] ?? 0) > asked
        ? [
            {
              path: [name],
              message: `${name} is ${policy[name]}, but the manifest asks for ${asked}. Write ${asked} at most, or have the author raise ${field}.`,
            },
          ]
        : [],
    ),
  ]
}

function notAsked(path: Mistake['path'], what: string, field: string): Mistake {
  return {
    path,
    message: `${what} is granted, but the manifest does not ask for it. Take the grant back, or have the author write ${field}.`,
  }
}

interface AskedNumber {
  readonly name: 'quotaBytes' | keyof PluginManifest['limits']
  /** Of the manifest. */
  readonly field: string
  readonly asked: number
}

function numbersOf({ quotaBytes, limits }: PluginManifest): readonly AskedNumber[] {
  const ofLimit = (name: keyof PluginManifest['limits']): AskedNumber => ({
    name,
    field: `holdfast.limits.${name}`,
    asked: limits[name],
  })
  return [
    { name: 'quotaBytes', field: 'holdfast.storage.quotaBytes', asked: quotaBytes },
    ofLimit('memoryBytes'),
    ofLimit('timeoutMs'),
    ofLimit('concurrency'),
    ofLimit('queue'),
  ]
}
