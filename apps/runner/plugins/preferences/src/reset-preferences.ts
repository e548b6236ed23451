import { type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { settingNames } from './settings.ts'
import { resetPreferences, userSchema } from './user-preferences.ts'

export class ResetPreferences extends Tool {
  static override readonly description =
    'Gives one setting of a user its default again, or all of them. Gives all preferences.'
  static override readonly parameters = z.strictObject({
    user: userSchema,
    setting: z.enum(settingNames).optional().describe('The setting to reset; without it all are.'),
  })

  async *invoke({ user, setting }: ParametersOf<typeof ResetPreferences>) {
    yield this.json(await resetPreferences(user, setting))
  }
}
