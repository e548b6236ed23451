import * as z from 'zod'

const language = z
  .string()
  .refine((tag) => succeeds(() => Intl.getCanonicalLocales(tag)), {
    error: 'expected a BCP 47 language tag, such as "en" or "pt-BR"',
    abort: true,
  })
  .overwrite((tag) => Intl.getCanonicalLocales(tag).join())

const timezone = z
  .string()
  .refine((zone) => succeeds(() => new Intl.DateTimeFormat('en', { timeZone: zone })), {
    error: 'expected a time zone, such as "Europe/Berlin" or "UTC"',
  })

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day, such as "22:30"' })

/**
 * All settings there are. To add one, write it here and its default below; users who never chose
 * follow the default when a new version changes it.
 */
const settings = {
  theme: z.enum(['system', 'light', 'dark']).describe('Colours of the interface.'),
  language: language.describe('Language of the interface, a BCP 47 tag.'),
  timezone: timezone.describe('Time zone that times are shown in, an IANA name.'),
  emails: z.boolean().describe('Whether notifications are sent by e-mail.'),
  quietHours: z
    .strictObject({ from: timeOfDay, to: timeOfDay })
    .nullable()
    .describe("Time of day without notifications, in the user's time zone; null for none."),
}

export type Preferences = z.infer<z.ZodObject<typeof settings>>

export const defaults: Preferences = {
  theme: 'system',
  language: 'en',
  timezone: 'UTC',
  emails: true,
  quietHours: null,
}

export const settingNames = Object.keys(settings) as (keyof Preferences)[]

/** What a user has chosen. Names that this version does not know are another version's, and stay. */
export const choicesSchema = z.object(settings).partial().catchall(z.json())

/** What a user chooses now. */
export const changesSchema = z
  .strictObject(settings)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, {
    error: `expected at least one of ${settingNames.join(', ')}`,
  })
  .describe('The settings to change, with their new values. Settings that are left out stay.')

export type Changes = z.infer<typeof changesSchema>

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
