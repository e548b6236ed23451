import { type ParametersOf, Tool } from '@holdfast/session'
import { z } from 'zod'
import { baseName, typeOf } from './file-info.ts'

export class Download extends Tool {
  static override readonly description = 'Gives a stored file, with its media type.'

  static override readonly parameters = z.strictObject({
    name: z.string().min(1).describe('Name that it is stored under.'),
  })

  async *invoke({ name }: ParametersOf<typeof Download>) {
    const file = await this.session.storage.getEntry(name)
    if (file === null) throw new Error(`there is no file ${JSON.stringify(name)}`)
    yield this.blob(file.value, typeOf(file), baseName(name))
  }
}
