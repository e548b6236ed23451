import { type ParametersOf, Tool } from '@holdfast/session'
import { z } from 'zod'
import { readPreferences } from './stored-preferences.ts'
import { userSchema } from './user-id.ts'

export class GetPreferences extends Tool {
  static override readonly description =
    'Gives all preferences of a user, and of each setting whether the user set it or it is the default.'
  static override readonly parameters = z.strictObject({ user: userSchema })

  async *invoke({ user }: ParametersOf<typeof GetPreferences>) {
    yield this.json(await readPreferences(user))
  }
}
