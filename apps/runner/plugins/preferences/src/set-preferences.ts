import { type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { changesSchema } from './settings.ts'
import { changePreferences, userSchema } from './user-preferences.ts'

export class SetPreferences extends Tool {
  static override readonly description =
    'Changes some preferences of a user and leaves the others as they are. Gives all preferences.'
  static override readonly parameters = z.strictObject({ user: userSchema, changes: changesSchema })

  async *invoke({ user, changes }: ParametersOf<typeof SetPreferences>) {
    yield this.json(await changePreferences(user, changes))
  }
}
