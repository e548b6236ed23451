import { type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { readPreferences, userSchema } from './user-preferences.ts'

export class GetPreferences extends Tool {
  static override readonly description =
    'Gives all preferences of a user, and which of them the user chose; the others are defaults.'
  static override readonly parameters = z.strictObject({ user: userSchema })

  async *invoke({ user }: ParametersOf<typeof GetPreferences>) {
    yield this.json(await readPreferences(user))
  }
}
