import type { EntryMetadata } from '@holdfast/session'
import mime from 'mime'

const unknownType = 'application/octet-stream'

/** What is known of a file without its content, as JSON. */
export type FileInfo = {
  readonly name: string
  readonly type: string
  readonly bytes: number
  readonly createdAt: string
  readonly updatedAt: string
}

export function toFileInfo(entry: EntryMetadata): FileInfo {
  return {
    name: entry.key,
    type: typeOf(entry),
    bytes: entry.size,
    createdAt: new Date(entry.createdAt).toISOString(),
    updatedAt: new Date(entry.updatedAt).toISOString(),
  }
}

/** The media type of a stored file. */
export function typeOf({ contentType }: EntryMetadata): string {
  return contentType ?? unknownType
}

/** The media type that a file of this name has, as far as its extension tells. */
export function guessType(name: string): string {
  return mime.getType(name) ?? unknownType
}

/** The part of a name after its last slash. */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
