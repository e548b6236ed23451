import { type JsonObject, type JsonValue, persistent_store } from '@holdfast/session'
import * as z from 'zod'
import {
  type Changes,
  choicesSchema,
  defaults,
  type Preferences,
  settingNames,
} from './settings.ts'

/** What all keys of users begin with. */
export const userPrefix = 'users/'

export const userSchema = z
  .string()
  .regex(/^[\w.@+=/-]{1,128}$/, {
    error: 'expected 1 to 128 of the characters A-Z, a-z, 0-9 and . _ - @ + = /',
  })
  .describe('Id of the user, such as an e-mail address.')

/** The preferences of a user, complete. */
export type UserPreferences = {
  readonly user: string
  readonly preferences: JsonObject
  /** The settings that the user chose. The others have their defaults. */
  readonly chosen: readonly string[]
}

// Stored is what a user chose, and no default.
const choices = persistent_store.typed(choicesSchema).withMigration(dropWrong)

export async function readPreferences(user: string): Promise<UserPreferences> {
  return complete(user, await choices.get(userPrefix + user))
}

/** Changes some settings. Concurrent changes of different settings are all kept. */
export async function changePreferences(user: string, changes: Changes): Promise<UserPreferences> {
  const update = (current: Choices = {}): Choices => Object.assign({ ...current }, changes)
  return complete(user, await choices.update(userPrefix + user, update))
}

/** Gives a setting its default again, or all of them. */
export async function resetPreferences(
  user: string,
  setting?: keyof Preferences,
): Promise<UserPreferences> {
  const key = userPrefix + user
  if (setting === undefined) await choices.delete(key)
  if (!(await choices.exists(key))) return complete(user)
  const update = ({ ...current }: Choices = {}): Choices => {
    if (setting !== undefined) delete current[setting]
    return current
  }
  return complete(user, await choices.update(key, update))
}

type Choices = z.infer<typeof choicesSchema>

/** What another version has stored and this one does not take counts as never chosen. */
function dropWrong(stored: JsonValue, issues: readonly { readonly path?: Path }[]): Choices {
  const wrong = issues.map(({ path = [] }) => path[0])
  return Object.fromEntries(Object.entries(stored ?? {}).filter(([name]) => !wrong.includes(name)))
}

type Path = readonly unknown[] | undefined

function complete(user: string, chosen: Choices = {}): UserPreferences {
  const preferences = settingNames.map((name) => [name, chosen[name] ?? defaults[name]] as const)
  return {
    user,
    preferences: Object.fromEntries(preferences),
    chosen: settingNames.filter((name) => chosen[name] !== undefined),
  }
}
