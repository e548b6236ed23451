import { parsePluginId } from '@holdfast/core'
import * as z from 'zod'
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
 * @returns tells the grants of a plugin, as {@link grantsOf} makes them: for `createHost`. It may be
 * asked for other manifests than those of `plugins`, such as one that has changed, and then throws as
 * this does
 * @throws {@link HoldfastError} `GRANT_INVALID`, naming the line of each mistake: what is not JSON or
 * no policy, a plugin that is not there, a variable without a value, and what goes beyond the manifest
 */
export function parseGrants(
  text: string,
  file: string,
  { plugins, environment, partial = false }: ParseGrantsOptions,
): (manifest: PluginManifest) => PluginGrants {
  const json = new LocatedJson(text, file, 'GRANT_INVALID')
  const result = fileSchema.safeParse(json.value, { reportInput: true })
  if (!result.success) throw json.error(describeIssues(result.error), result.error)
  const written = new Map(Object.entries(result.data))

  const mistakesFor = (manifest: PluginManifest): readonly Mistake[] => {
    const policy = written.get(manifest.id) ?? {}
    const found = [...withoutValue(policy, environment), ...excessesOf(manifest, policy)]
    return within(manifest.id, found)
  }
  const everyPolicy = written.get(everyPlugin) ?? {}
  const mistakes = [
    ...(partial ? [] : notThere(written, plugins)),
    ...within(everyPlugin, withoutValue(everyPolicy, environment)),
    ...plugins.flatMap(mistakesFor),
  ]
  if (mistakes.length > 0) throw json.error(mistakes)

  const defaults = withValues(everyPolicy, environment)
  const known = new WeakMap<PluginManifest, PluginGrants>()
  return (manifest) => {
    const existing = known.get(manifest)
    if (existing !== undefined) return existing
    const late = mistakesFor(manifest)
    if (late.length > 0) throw json.error(late)
    const policy = withValues(written.get(manifest.id) ?? {}, environment)
    const grants = grantsOf(manifest, policy, defaults)
    known.set(manifest, grants)
    return grants
  }
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

function within(id: string, mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.map(({ path, message }) => ({ path: [id, ...path], message }))
}

function notThere(
  written: ReadonlyMap<string, WrittenPolicy>,
  plugins: readonly PluginManifest[],
): readonly Mistake[] {
  const known = plugins.map(({ id }): string => id)
  const there = known.length === 0 ? 'there are none' : `there is ${known.join(', ')}`
  return [...written.keys()]
    .filter((id) => id !== everyPlugin && !known.includes(id))
    .map((id) => ({
      path: [id],
      message: `There is no plugin "${id}" here; ${there}. Correct the id, or take it out.`,
    }))
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
