import { type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { toFileInfo } from './file-info.ts'

export class ListFiles extends Tool {
  static override readonly description =
    'Lists stored files in order of their names, with type, size in bytes and times.'

  static override readonly parameters = z.strictObject({
    prefix: z.string().default('').describe('Only names that begin with this, such as "reports/".'),
    limit: z.int().min(1).max(1_000).default(100).describe('Most files of one page.'),
    cursor: z
      .string()
      .nullable()
      .default(null)
      .describe('Where the page before ended; null for the first page.'),
  })

  async *invoke(parameters: ParametersOf<typeof ListFiles>) {
    const { entries, cursor } = await this.session.storage.list(parameters)
    yield this.json({ files: entries.map(toFileInfo), cursor })
  }
}
