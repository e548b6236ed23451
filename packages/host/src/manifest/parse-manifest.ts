import {
  HoldfastError,
  isHoldfastError,
  type JsonValue,
  limits,
  parsePluginId,
  type PluginId,
  quoteOrDescribe,
} from '@holdfast/core'
import { z } from 'zod'
import type { EndpointRules } from './plugin-manifest.ts'

/** The manifest as its author wrote it, valid and with its defaults. */
export interface ManifestFields {
  readonly id: PluginId
  readonly version: string
  /** Relative to the plugin's folder; not looked up yet. */
  readonly entry: string
  readonly quotaBytes: number
  readonly endpoints: Readonly<Record<string, EndpointRules>>
  readonly settings: Readonly<Record<string, JsonValue>>
}

/**
 * Validates the text of a plugin's package.json.
 *
 * @param file its path, for messages
 * @throws {@link HoldfastError} `MANIFEST_INVALID`, naming each wrong field and what to write there
 */
export function parseManifest(text: string, file: string): ManifestFields {
  const result = packageSchema.safeParse(parseJson(text, file), { reportInput: true })
  if (!result.success) {
    const mistakes = result.error.issues.map((issue) => describeIssue(issue))
    throw manifestInvalid(file, mistakes.join(' '))
  }
  const { version, holdfast } = result.data
  const { id, entry, storage, endpoints, settings } = holdfast
  return { id, version, entry, quotaBytes: storage.quotaBytes, endpoints, settings }
}

/** The error of a manifest that says what a plugin cannot be. */
export function manifestInvalid(file: string, mistakes: string, cause?: unknown): HoldfastError {
  return new HoldfastError('MANIFEST_INVALID', `${file}: ${mistakes}`, {
    context: { file },
    ...(cause === undefined ? {} : { cause }),
  })
}

// Each message completes the sentence "<field> must be ...", for describeIssue.
const objectOf = (what: string): { error: string } => ({ error: `an object of ${what}` })

const entryError = 'the path of the module to run, such as "./dist/index.js"'
const quotaError = 'a whole number of bytes from 0 up, such as 1048576'

const holdfastSchema = z.strictObject(
  {
    id: z.custom<PluginId>(isPluginId, {
      error:
        '1 to 64 of the characters a-z, 0-9, ".", "_" and "-", the first a letter or a digit, such as "notes"',
    }),
    entry: z.string({ error: entryError }).min(1, { error: entryError }),
    storage: z
      .strictObject(
        {
          quotaBytes: z
            .int({ error: quotaError })
            .nonnegative({ error: quotaError })
            .default(limits.defaultQuotaBytes),
        },
        objectOf('"quotaBytes"'),
      )
      .default({ quotaBytes: limits.defaultQuotaBytes }),
    endpoints: z
      .record(
        z.string().startsWith('/', { error: 'the path of an endpoint, such as "/hook"' }),
        z.strictObject(
          { public: z.boolean({ error: 'true or false' }) },
          { error: '{ "public": true } or { "public": false }' },
        ),
        { error: 'an object of rules by path, such as { "/hook": { "public": true } }' },
      )
      .default({}),
    settings: z.record(z.string(), z.json(), objectOf("the endpoints' settings")).default({}),
  },
  {
    error: ({ input }) =>
      input === undefined
        ? 'the manifest that makes this folder a plugin, such as "holdfast": { "id": "notes", "entry": "./dist/index.js" }'
        : 'an object of "id", "entry" and, where needed, "storage", "endpoints" and "settings"',
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

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw manifestInvalid(file, `This is not JSON: ${reason.replaceAll(/\s+/g, ' ')}.`, cause)
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.') || 'The file'
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => quoteOrDescribe(key)).join(' and ')
    return `${field} has ${names}, which nothing reads. Correct the name, or take it out.`
  }
  const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : issue.message
  const got =
    issue.input === undefined ? ', but is missing' : `; got ${quoteOrDescribe(issue.input)}`
  return `${field} must be ${message}${got}.`
}
