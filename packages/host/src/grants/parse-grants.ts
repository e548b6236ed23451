import { parsePluginId, type PluginId } from '@holdfast/core'
import { z } from 'zod'
import { describeIssues } from '../manifest/describe-issues.ts'
import { LocatedJson, type Mistake } from '../manifest/located-json.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { excessesOf } from './excesses-of.ts'
import { grantsOf } from './grants-of.ts'
import type { OperatorPolicy } from './operator-policy.ts'
import type { PluginGrants } from './plugin-grants.ts'
import { type WrittenPolicy, writtenPolicySchema } from './policy-schemas.ts'

/** For whom grants are read. */
export interface ParseGrantsOptions {
  /** The plugins that the host runs. */
  readonly plugins: readonly PluginManifest[]
  /** Where the values of granted variables come from: `process.env`, for one. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /**
   * Whether these plugins are some of those that the file is for. Then what it says of others is
   * passed over; else it is refused, because it may be a misspelt id.
   */
  readonly partial?: boolean
}

/**
 * Reads what an operator grants to plugins, in JSON: policies by the id of the plugin, and under `*`
 * the one for all plugins, with variables of the environment by their names alone.
 *
 * ```json
 * {
 *   "*": { "memoryBytes": 134217728 },
 *   "notes": { "network": false, "environment": ["OPENAI_API_KEY"] }
 * }
 * ```
 *
 * @param file its path, for messages
 * @returns the grants of each of the plugins, as {@link grantsOf} makes them
 * @throws {@link HoldfastError} `GRANT_INVALID`, naming the line of each mistake: what is not JSON or
 * no policy, a plugin that is not there, a variable without a value, and what goes beyond the manifest
 */
export function parseGrants(
  text: string,
  file: string,
  { plugins, environment, partial = false }: ParseGrantsOptions,
): ReadonlyMap<PluginId, PluginGrants> {
  const json = new LocatedJson(text, file, 'GRANT_INVALID')
  const result = fileSchema.safeParse(json.value, { reportInput: true })
  if (!result.success) throw json.error(describeIssues(result.error), result.error)
  const written = new Map(Object.entries(result.data))
  const manifests = new Map<string, PluginManifest>(plugins.map((plugin) => [plugin.id, plugin]))

  const mistakes: Mistake[] = []
  const policies = new Map<string, OperatorPolicy>()
  for (const [id, policy] of written) {
    const manifest = manifests.get(id)
    if (id !== everyPlugin && manifest === undefined) {
      if (!partial) mistakes.push(notThere(id, plugins))
      continue
    }
    const found = [
      ...withoutValue(policy, environment),
      ...(manifest === undefined ? [] : excessesOf(manifest, policy)),
    ]
    mistakes.push(...found.map(({ path, message }) => ({ path: [id, ...path], message })))
    policies.set(id, withValues(policy, environment))
  }
  if (mistakes.length > 0) throw json.error(mistakes)
  const defaults = policies.get(everyPlugin)
  return new Map(
    plugins.map((plugin) => [plugin.id, grantsOf(plugin, policies.get(plugin.id), defaults)]),
  )
}

/** In place of an id. */
const everyPlugin = '*'

const fileSchema = z.record(
  z.string().refine(isIdOrEvery, { error: 'the id of a plugin, or "*" for all of them' }),
  writtenPolicySchema,
  {
    error:
      'an object of grants by plugin, such as { "*": { "timeoutMs": 5000 }, "notes": { "network": false } }',
  },
)

function isIdOrEvery(text: string): boolean {
  if (text === everyPlugin) return true
  try {
    parsePluginId(text)
    return true
  } catch {
    return false
  }
}

function notThere(id: string, plugins: readonly PluginManifest[]): Mistake {
  const known = plugins.map((plugin) => plugin.id).join(', ')
  return {
    path: [id],
    message: `There is no plugin "${id}" here; ${known === '' ? 'there are none' : `there is ${known}`}. Correct the id, or take it out.`,
  }
}

function withoutValue(
  { environment: names = [] }: WrittenPolicy,
  environment: ParseGrantsOptions['environment'],
): readonly Mistake[] {
  return names.flatMap((name, index) =>
    valueOf(name, environment) === undefined
      ? [
          {
            path: ['environment', index],
            message: `The variable ${name} is granted, but the environment of this process has none. Set it, or take the grant back.`,
          },
        ]
      : [],
  )
}

function withValues(
  { environment: names, ...policy }: WrittenPolicy,
  environment: ParseGrantsOptions['environment'],
): OperatorPolicy {
  if (names === undefined) return policy
  const values = names.map((name) => [name, valueOf(name, environment) ?? ''] as const)
  return { ...policy, environment: Object.fromEntries(values) }
}

function valueOf(name: string, environment: ParseGrantsOptions['environment']): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined
}
