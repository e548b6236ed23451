import { type JsonObject, type JsonValue, persistent_store } from '@holdfast/session'
import { flatten, nest, settings } from './settings.ts'
import { keyOfUser } from './user-id.ts'

/**
 * Where the value of a setting comes from: the user set it, or nobody did and it is the default, or
 * what is stored means nothing to this version of the plugin, so that the default stands in for it.
 */
export type Origin = 'set' | 'default' | 'unreadable'

/** The preferences of one user, complete. */
export interface UserPreferences {
  readonly user: string
  readonly preferences: JsonObject
  /** By the names of the settings. */
  readonly origins: Readonly<Record<string, Origin>>
}

// Stored are the values that the user set, by the names of their settings, and nothing else. A
// default is never stored; names that this version does not know are kept as they are.

export async function readPreferences(user: string): Promise<UserPreferences> {
  return complete(user, await persistent_store.get<JsonObject>(keyOfUser(user)))
}

/** Changes some settings. Concurrent changes of different settings are all kept. */
export async function changePreferences(user: string, changes: object): Promise<UserPreferences> {
  const values = flatten(changes)
  const stored = await persistent_store.update<JsonObject>(keyOfUser(user), (current) => ({
    ...current,
    ...values,
  }))
  return complete(user, stored)
}

/** Gives one setting its default again. */
export async function resetSetting(user: string, name: string): Promise<UserPreferences> {
  const key = keyOfUser(user)
  if (!(await persistent_store.exists(key))) return complete(user)
  const stored = await persistent_store.update<JsonObject>(key, (current = {}) => {
    const { [name]: _reset, ...others } = current
    return others
  })
  return complete(user, stored)
}

/** Forgets all that a user set, also what this version does not know. */
export async function forgetPreferences(user: string): Promise<UserPreferences> {
  await persistent_store.delete(keyOfUser(user))
  return complete(user)
}

function complete(user: string, stored: JsonObject = {}): UserPreferences {
  const values: Record<string, JsonValue> = {}
  const origins: Record<string, Origin> = {}
  for (const { name, schema, fallback } of settings) {
    const { data } = schema.safeParse(stored[name])
    const originOfFallback = Object.hasOwn(stored, name) ? 'unreadable' : 'default'
    values[name] = data === undefined ? fallback : data
    origins[name] = data === undefined ? originOfFallback : 'set'
  }
  return { user, preferences: nest(values), origins }
}
