import { type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'

export class DeleteFile extends Tool {
  static override readonly description =
    'Deletes a stored file. To delete one that is not there is no error.'

  static override readonly parameters = z.strictObject({
    name: z.string().min(1).describe('Name that it is stored under.'),
  })

  async *invoke({ name }: ParametersOf<typeof DeleteFile>) {
    await this.session.storage.delete(name)
    yield this.text(`${name} is not stored any more.`)
  }
}
