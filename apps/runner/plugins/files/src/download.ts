import { open, rm } from 'node:fs/promises'
import { isHoldfastError, type ParametersOf, type StorageEntry, Tool } from '@holdfast/session'
import * as z from 'zod'
import { baseName, typeOf } from './file-info.ts'

export class Download extends Tool {
  static override readonly description =
    'Gives a stored file, with its media type, or writes it to the disk of the runner.'

  static override readonly parameters = z.strictObject({
    name: z.string().min(1).describe('Name that it is stored under.'),
    path: z
      .string()
      .min(1)
      .optional()
      .describe("New file to write it to instead, on the runner's disk: in the mode inline alone."),
  })

  async *invoke({ name, path }: ParametersOf<typeof Download>) {
    if (path === undefined) {
      const file = await this.#read(name)
      yield this.blob(file.value, typeOf(file), baseName(name))
    } else {
      await this.#write(name, path)
      yield this.text(`Wrote ${name} to ${path}.`)
    }
  }

  async #read(name: string): Promise<StorageEntry> {
    try {
      return orNotFound(name, await this.session.storage.getEntry(name))
    } catch (error) {
      if (!isHoldfastError(error, 'VALUE_TOO_LARGE')) throw error
      throw new Error(
        `${name} is too large to be given whole; get it from the endpoint /files/{name}`,
        {
          cause: error,
        },
      )
    }
  }

  async #write(name: string, path: string): Promise<void> {
    const { body } = orNotFound(name, await this.session.storage.stream(name))
    await using file = await open(path, 'wx')
    try {
      await file.writeFile(body)
    } catch (error) {
      await rm(path)
      throw error
    }
  }
}

function orNotFound<File>(name: string, file: File | null): File {
  if (file !== null) return file
  throw new Error(`there is no file ${JSON.stringify(name)}`)
}
