import { HoldfastError } from '@holdfast/core'
import { describeIssues } from '../manifest/describe-issues.ts'
import type { Mistake } from '../manifest/located-json.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { excessesOf } from './excesses-of.ts'
import type { OperatorPolicy } from './operator-policy.ts'
import type { PluginGrants } from './plugin-grants.ts'
import { policySchema } from './policy-schemas.ts'

/**
 * Tells what a plugin may use: what its manifest asks for, as far as the operator gives it.
 *
 * - The network, where the manifest asks for it and no policy says `false`.
 * - A variable of the environment, where the manifest asks for it and a policy has it.
 * - Native addons, where the plugin was built with them and a policy says `true`.
 * - Of numbers the smaller one.
 *
 * @param policy for this plugin alone. It says nothing that it cannot give, so what goes beyond the
 * manifest is refused
 * @param defaults for all plugins. Each field of `policy` takes the place of the same one here, the
 * environment as a whole; what goes beyond the manifest is passed over
 * @throws {@link HoldfastError} `GRANT_INVALID` for a policy that goes beyond the manifest, or has
 * what no policy can have
 *
 * @example
 * ```ts
 * const manifest = await readManifest('plugins/notes')
 * const environment = { OPENAI_API_KEY: process.env.OPENAI_API_KEY ?? '' }
 * const grants = grantsOf(manifest, { environment }, { memoryBytes: 134_217_728 })
 * ```
 */
export function grantsOf(
  manifest: PluginManifest,
  policy: OperatorPolicy = {},
  defaults: OperatorPolicy = {},
): PluginGrants {
  const mistakes = [policy, defaults].flatMap(mistakesIn)
  if (mistakes.length > 0) throw grantInvalid(manifest, mistakes)
  const { environment = {}, ...numbers } = policy
  const excesses = excessesOf(manifest, { ...numbers, environment: Object.keys(environment) })
  if (excesses.length > 0) throw grantInvalid(manifest, excesses)
  return combine(manifest, { ...defaults, ...policy })
}

function combine(manifest: PluginManifest, policy: OperatorPolicy): PluginGrants {
  const { permissions, bundle, quotaBytes, limits } = manifest
  const { environment = {} } = policy
  const given = permissions.environment.filter((name) => Object.hasOwn(environment, name))
  return {
    network: permissions.network && policy.network !== false,
    environment: Object.fromEntries(given.map((name) => [name, environment[name] ?? ''])),
    addons: bundle?.addons === true && policy.addons === true,
    quotaBytes: least(quotaBytes, policy.quotaBytes),
    memoryBytes: least(limits.memoryBytes, policy.memoryBytes),
    timeoutMs: least(limits.timeoutMs, policy.timeoutMs),
    concurrency: least(limits.concurrency, policy.concurrency),
    queue: least(limits.queue, policy.queue),
  }
}

function least(asked: number, allowed: number = Number.POSITIVE_INFINITY): number {
  return Math.min(asked, allowed)
}

function mistakesIn(policy: OperatorPolicy): readonly Mistake[] {
  // The values of variables are secrets: only their shape is told.
  const result = policySchema.safeParse(policy, { reportInput: true })
  return result.success ? [] : describeIssues(result.error)
}

function grantInvalid({ id }: PluginManifest, mistakes: readonly Mistake[]): HoldfastError {
  const messages = mistakes.map(({ message }) => message).join(' ')
  return new HoldfastError('GRANT_INVALID', `The grants of the plugin "${id}": ${messages}`, {
    context: { plugin: id },
  })
}
