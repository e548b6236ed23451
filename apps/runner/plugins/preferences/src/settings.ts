import type { JsonObject, JsonValue } from '@holdfast/session'
import { z } from 'zod'
import { defaultPreferences, preferencesSchema } from './preferences.ts'

/** One setting: a leaf of the preferences, named by its path, such as `notifications.email`. */
export interface Setting {
  readonly name: string
  readonly schema: z.ZodType<JsonValue>
  readonly fallback: JsonValue
}

/** Every setting of the schema, in its order. */
export const settings: readonly Setting[] = settingsOf(preferencesSchema, defaultPreferences)

export const settingNames: readonly string[] = settings.map(({ name }) => name)

/** Some of the settings, nested as in the preferences. */
export const changesSchema = preferencesSchema
  .extend({ notifications: preferencesSchema.shape.notifications.partial() })
  .partial()
  .refine((changes) => Object.keys(flatten(changes)).length > 0, {
    error: `expected at least one of ${settingNames.join(', ')}`,
  })
  .describe('The settings to change, with their new values. Settings that are left out stay.')

/** The values in nested preferences, all or some, by the names of their settings. */
export function flatten(preferences: object): JsonObject {
  const values = settingNames.map((name) => [name, valueAt(preferences, name)] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as JsonObject
}

/** Values by the names of their settings, nested as in the preferences. */
export function nest(values: JsonObject): JsonObject {
  return Object.entries(values).reduce<JsonObject>(
    (nested, [name, value]) => withValue(nested, name.split('.'), value),
    {},
  )
}

function settingsOf(group: z.ZodObject, fallbacks: JsonObject, above = ''): readonly Setting[] {
  return Object.entries(group.shape).flatMap(([step, schema]) => {
    const name = above + step
    const fallback = fallbacks[step] ?? null
    return schema instanceof z.ZodObject
      ? settingsOf(schema, fallback as JsonObject, `${name}.`)
      : [{ name, schema: schema as z.ZodType<JsonValue>, fallback }]
  })
}

function valueAt(owner: unknown, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), owner)
}

function withValue(owner: JsonObject, path: readonly string[], value: JsonValue): JsonObject {
  const [step = '', ...rest] = path
  if (rest.length === 0) return { ...owner, [step]: value }
  const inner = owner[step]
  return { ...owner, [step]: withValue(isObject(inner) ? inner : {}, rest, value) }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}
