import { createReadStream } from 'node:fs'
import { HoldfastError, limits, type Version } from '@holdfast/core'
import type { ByteSource, Session } from '@holdfast/session'
import { escapeControls } from '../escape-controls.ts'
import { parseJson } from '../parse-json.ts'
import { readFileOf, sizeOfFile } from '../read-input.ts'
import { readStdin } from '../read-stdin.ts'
import { writeText } from '../write-text.ts'
import { openTarget, parseKey, type TargetOptions } from './target.ts'
import { withSession } from './with-session.ts'

export interface PutOptions extends TargetOptions {
  readonly value?: string
  readonly file?: string
  readonly contentType?: string
  readonly expiresInMs?: number
  readonly ifVersion?: string
  readonly ifAbsent?: true
  readonly quotaBytes?: number
}

/** Stores a value, and prints its version. */
export async function put(
  key: string,
  stdin: '-' | undefined,
  options: PutOptions,
  signal: AbortSignal,
): Promise<void> {
  parseKey(options.storeName, key)
  const write = prepareWrite(key, await readValue(stdin, options, signal), options)
  const quota = options.quotaBytes === undefined ? null : { maxBytes: options.quotaBytes }
  await using target = await openTarget(options, { create: true, signal })
  await withSession(target, quota, signal, async (session) => {
    const version = await write(session)
    await writeText(
      process.stdout,
      options.json === true
        ? `${JSON.stringify({ key, version })}\n`
        : `Stored "${escapeControls(key)}" as version ${version}.\n`,
    )
  })
}

async function readValue(
  stdin: '-' | undefined,
  options: PutOptions,
  signal: AbortSignal,
): Promise<Uint8Array | OpenFile> {
  const { value, file, storeName } = options
  const sources = [stdin, value, file].filter((source) => source !== undefined)
  if (sources.length !== 1) {
    throw usage('Give the value in one way: --value TEXT, --file FILE, or - for stdin.')
  }
  if (value !== undefined) return new TextEncoder().encode(value)
  if (file === undefined || file === '-') return readStdin(signal)
  const isLarge = (await sizeOfFile(file)) > limits.maxValueBytes
  // JSON is read whole, and refused if it is that large.
  return isLarge && storeName === 'storage' ? () => createReadStream(file) : readFileOf(file)
}

/** Opens a file that goes into a store piece by piece, when there is a store. */
type OpenFile = () => ByteSource

/** Looks at the value before any store is opened. */
function prepareWrite(
  key: string,
  source: Uint8Array | OpenFile,
  options: PutOptions,
): (session: Session) => Promise<Version> {
  const { storeName, contentType, expiresInMs, ifAbsent } = options
  const { ifVersion = ifAbsent === true ? null : undefined } = options
  const condition = ifVersion === undefined ? {} : { ifVersion }
  // A file is opened for storage alone.
  if (storeName === 'storage' || typeof source === 'function') {
    const settings = { contentType, expiresInMs, ...condition }
    return ({ storage }) =>
      storage.set(key, typeof source === 'function' ? source() : source, settings)
  }
  if (contentType !== undefined) {
    throw usage('What is in persistent_store is JSON, so it has no --content-type.')
  }
  const value = parseJson(source, 'The value')
  return ({ persistent_store: store }) => store.set(key, value, { expiresInMs, ...condition })
}

function usage(message: string): HoldfastError {
  return new HoldfastError('USAGE', message)
}
