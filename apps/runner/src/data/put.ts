import { buffer } from 'node:stream/consumers'
import { HoldfastError, type JsonValue } from '@holdfast/core'
import type { Session, SetBytesOptions } from '@holdfast/session'
import { parseJson } from '../parse-json.ts'
import { readFileOf } from '../read-input.ts'
import { writeTo } from '../write-to.ts'
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

/** Stores a value, and prints its key, size and version. */
export async function put(
  key: string,
  stdin: '-' | undefined,
  options: PutOptions,
  signal: AbortSignal,
): Promise<void> {
  parseKey(options.storeName, key)
  const write = prepareWrite(key, await readValue(stdin, options), options)
  const quota = options.quotaBytes === undefined ? null : { maxBytes: options.quotaBytes }
  await using target = await openTarget(options, { create: true, signal })
  await withSession(target, quota, signal, async (session) => {
    const stored = { key, ...(await write(session)) }
    await writeTo(
      process.stdout,
      options.json === true
        ? `${JSON.stringify(stored)}\n`
        : `Stored ${JSON.stringify(key)}, ${stored.size} bytes, as version ${stored.version}.\n`,
    )
  })
}

async function readValue(stdin: '-' | undefined, options: PutOptions): Promise<Uint8Array> {
  const { value, file } = options
  const sources = [stdin, value, file].filter((source) => source !== undefined)
  if (sources.length !== 1) {
    throw usage('Give the value in one way: --value TEXT, --file FILE, or - for stdin.')
  }
  if (value !== undefined) return new TextEncoder().encode(value)
  return file === undefined || file === '-' ? buffer(process.stdin) : readFileOf(file)
}

interface Written {
  readonly size: number
  readonly version: string
}

/** Looks at the value before any store is opened. */
function prepareWrite(
  key: string,
  bytes: Uint8Array,
  options: PutOptions,
): (session: Session) => Promise<Written> {
  const { storeName, contentType, expiresInMs, ifAbsent } = options
  const ifVersion = ifAbsent === true ? null : options.ifVersion
  const setOptions: SetBytesOptions = { contentType, expiresInMs, ifVersion }
  if (storeName === 'storage') {
    const size = bytes.length
    return async ({ storage }) => ({ size, version: await storage.set(key, bytes, setOptions) })
  }
  if (contentType !== undefined) {
    throw usage('What is in persistent_store is JSON, so it has no --content-type.')
  }
  const value: JsonValue = parseJson(bytes, 'The value')
  return async ({ persistent_store: store }) => ({
    version: await store.set(key, value, { expiresInMs, ifVersion }),
    size: (await store.getEntry(key))?.size ?? 0,
  })
}

function usage(message: string): HoldfastError {
  return new HoldfastError('USAGE', message)
}
