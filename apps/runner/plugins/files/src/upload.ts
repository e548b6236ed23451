import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type ByteSource, type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { guessType } from './file-info.ts'

export class Upload extends Tool {
  static override readonly description =
    'Stores a file under a name, with its media type: from base64, or from the disk of the runner. What is stored under that name already is replaced, unless asked otherwise.'

  static override readonly parameters = z
    .strictObject({
      base64: z.base64().optional().describe('Content to store.'),
      path: z
        .string()
        .min(1)
        .optional()
        .describe("File to store instead, on the runner's disk: in the mode inline alone."),
      name: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Name to store it under, such as "reports/2025.pdf"; that of the file if not given.',
        ),
      contentType: z
        .string()
        .optional()
        .describe('Media type, such as "image/png"; from the name if not given.'),
      replace: z
        .boolean()
        .default(true)
        .describe('Whether to replace what has that name already, or to fail.'),
    })
    .refine(({ path, base64 }) => (path === undefined) !== (base64 === undefined), {
      error: 'Give either the content in base64 or a path',
      path: ['base64'],
    })
    .refine(({ path, name }) => path !== undefined || name !== undefined, {
      error: 'Content in base64 needs a name',
      path: ['name'],
    })

  async *invoke({ path = '', base64, replace, ...given }: ParametersOf<typeof Upload>) {
    const { name = basename(path) } = given
    const { contentType = guessType(name) } = given
    const content = base64 === undefined ? await this.#read(path) : Buffer.from(base64, 'base64')
    const condition = replace ? {} : { ifVersion: null }
    await this.session.storage.set(name, content, { contentType, ...condition })
    yield this.text(`Stored ${name} as ${contentType}.`)
  }

  async #read(path: string): Promise<ByteSource> {
    const found = await stat(path)
    if (!found.isFile()) throw new Error(`${path} is no file`)
    return createReadStream(path)
  }
}
