import { z } from 'zod'

const languageTag = z
  .string()
  .refine((tag) => succeeds(() => Intl.getCanonicalLocales(tag)), {
    error: 'expected a BCP 47 language tag, such as "en" or "pt-BR"',
    abort: true,
  })
  .overwrite((tag) => Intl.getCanonicalLocales(tag).join())

const timeZone = z
  .string()
  .refine((zone) => succeeds(() => new Intl.DateTimeFormat('en', { timeZone: zone })), {
    error: 'expected a time zone, such as "Europe/Berlin" or "UTC"',
  })

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of day, such as "22:30"' })

const quietHours = z
  .strictObject({ from: timeOfDay, to: timeOfDay })
  .refine(({ from, to }) => from !== to, {
    error: 'expected another time than "from"',
    path: ['to'],
  })

/**
 * All settings there are. To add one, write it here and its default below; users who never chose
 * follow the default when a new version changes it.
 */
export const preferencesSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).describe('Colours of the interface.'),
  language: languageTag.describe('Language of the interface, a BCP 47 tag.'),
  timezone: timeZone.describe('Time zone that times are shown in, an IANA name.'),
  notifications: z.strictObject({
    email: z.boolean().describe('Whether notifications are sent by e-mail.'),
    quietHours: quietHours
      .nullable()
      .describe("Time of day without notifications, in the user's time zone; null for none."),
  }),
})

export type Preferences = z.infer<typeof preferencesSchema>

export const defaultPreferences: Preferences = {
  theme: 'system',
  language: 'en',
  timezone: 'UTC',
  notifications: { email: true, quietHours: null },
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
