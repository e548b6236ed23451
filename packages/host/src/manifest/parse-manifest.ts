import { readFileSync } from 'node:fs'
import {
  HoldfastError,
  isHoldfastError,
  type JsonValue,
  limits,
  parsePluginId,
  type PluginId,
} from '@holdfast/core'
import * as z from 'zod'
import { defaultPluginLimits } from './default-plugin-limits.ts'
import { describeIssues } from './describe-issues.ts'
import { isReservedVariable, variablePattern } from './environment-names.ts'
import { limitSchemas, quotaSchema } from './limit-schemas.ts'
import { LocatedJson } from './located-json.ts'
import type {
  EndpointRules,
  PluginBundle,
  PluginLimits,
  PluginPermissions,
} from './plugin-manifest.ts'

/** The manifest as its author wrote it, valid and with its defaults. */
export interface ManifestFields {
  readonly id: PluginId
  readonly version: string
  /** Relative to the plugin's folder; not looked up yet. */
  readonly entry: string
  readonly quotaBytes: number
  readonly endpoints: Readonly<Record<string, EndpointRules>>
  readonly settings: Readonly<Record<string, JsonValue>>
  readonly permissions: PluginPermissions
  readonly limits: PluginLimits
  readonly bundle: BundleFields | null
}

/** A bundle as its manifest names it. */
export interface BundleFields extends Pick<PluginBundle, 'format' | 'addons'> {
  /** Relative to the plugin's folder; not looked up yet. */
  readonly cache: string | null
}

/**
 * Validates the content of a plugin's package.json.
 *
 * @throws {@link HoldfastError} `MANIFEST_INVALID`, naming each wrong field, its line and what to
 * write there
 */
export function parseManifest(json: LocatedJson): ManifestFields {
  const result = packageSchema.safeParse(json.value, { reportInput: true })
  if (!result.success) throw json.error(describeIssues(result.error), result.error)
  const { version, holdfast } = result.data
  const { storage, ...fields } = holdfast
  return { version, quotaBytes: storage.quotaBytes, ...fields }
}

/**
 * The error of a manifest that does not fit the code; it names the line, as far as the file is still
 * what it was.
 *
 * @param file its path, absolute
 * @param path of the field, from the outermost in
 */
export function manifestInvalid(
  file: string,
  message: string,
  path: readonly string[] = ['holdfast'],
): HoldfastError {
  try {
    const json = new LocatedJson(readFileSync(file, 'utf8'), file, 'MANIFEST_INVALID')
    return json.error([{ path, message }])
  } catch {
    return new HoldfastError('MANIFEST_INVALID', `${file}: ${message}`, { context: { file } })
  }
}

// Each message completes the sentence "<field> must be ...", for describeIssues.
const objectOf = (what: string): { error: string } => ({ error: `an object of ${what}` })

const trueOrFalse = { error: 'true or false' }
const entryError = 'the path of the module to run, such as "./dist/index.js"'
const cacheError = 'the path of the code cache of a script, such as "./plugin.cache", or null'

const permissionsSchema = z.strictObject(
  {
    network: z.boolean(trueOrFalse).default(false),
    environment: z
      .array(
        z
          .string({ error: 'the name of a variable, such as "OPENAI_API_KEY"' })
          .regex(variablePattern, {
            error: 'the name of a variable: letters, digits and "_", the first no digit',
          })
          .refine((name) => !isReservedVariable(name), {
            error:
              "a variable of the plugin's own, and not one that Node.js, the system or the host goes by",
          }),
        { error: 'a list of names of variables, such as ["OPENAI_API_KEY"]' },
      )
      .transform((names) => [...new Set(names)])
      .default([]),
  },
  objectOf('"network" and "environment"'),
)

const limitsSchema = z.strictObject(
  {
    memoryBytes: limitSchemas.memoryBytes.default(defaultPluginLimits.memoryBytes),
    timeoutMs: limitSchemas.timeoutMs.default(defaultPluginLimits.timeoutMs),
    concurrency: limitSchemas.concurrency.default(defaultPluginLimits.concurrency),
    queue: limitSchemas.queue.default(defaultPluginLimits.queue),
  },
  objectOf('"memoryBytes", "timeoutMs", "concurrency" and "queue"'),
)

const bundleSchema = z
  .strictObject(
    {
      format: z.enum(['script', 'module'], { error: '"script" or "module"' }),
      cache: z.string({ error: cacheError }).min(1, { error: cacheError }).nullable(),
      addons: z.boolean(trueOrFalse),
    },
    { error: 'what "holdfast build" writes there, or missing' },
  )
  .refine(({ format, cache }) => format === 'script' || cache === null, {
    path: ['cache'],
    error: 'null, because V8 caches no code of a module',
  })

const holdfastSchema = z.strictObject(
  {
    id: z.custom<PluginId>(isPluginId, {
      error:
        '1 to 64 of the characters a-z, 0-9, ".", "_" and "-", the first a letter or a digit, such as "notes"',
    }),
    entry: z.string({ error: entryError }).min(1, { error: entryError }),
    storage: z
      .strictObject(
        { quotaBytes: quotaSchema.default(limits.defaultQuotaBytes) },
        objectOf('"quotaBytes"'),
      )
      .default({ quotaBytes: limits.defaultQuotaBytes }),
    endpoints: z
      .record(
        z.string().startsWith('/', { error: 'the path of an endpoint, such as "/hook"' }),
        z.strictObject(
          { public: z.boolean(trueOrFalse) },
          { error: '{ "public": true } or { "public": false }' },
        ),
        { error: 'an object of rules by path, such as { "/hook": { "public": true } }' },
      )
      .default({}),
    settings: z.record(z.string(), z.json(), objectOf("the endpoints' settings")).default({}),
    permissions: permissionsSchema.default({ network: false, environment: [] }),
    limits: limitsSchema.default(defaultPluginLimits),
    bundle: bundleSchema.nullable().default(null),
  },
  {
    error: ({ input }) =>
      input === undefined
        ? 'the manifest that makes this folder a plugin, such as "holdfast": { "id": "notes", "entry": "./dist/index.js" }'
        : 'an object of "id", "entry" and, where needed, "storage", "endpoints", "settings", "permissions" and "limits"',
  },
)

const packageSchema = z.object(
  {
    version: z.string({ error: 'a string such as "1.0.0"' }).default('0.0.0'),
    holdfast: holdfastSchema,
  },
  { error: 'an object, as npm documents it' },
)

function isPluginId(value: unknown): boolean {
  try {
    parsePluginId(value)
    return true
  } catch (error) {
    if (isHoldfastError(error, 'INVALID_PLUGIN_ID')) return false
    throw error
  }
}
