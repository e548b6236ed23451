import { HoldfastError, type Version } from '@holdfast/core'
import type { Session } from '@holdfast/session'
import { escapeControls } from '../escape-controls.ts'
import { parseJson } from '../parse-json.ts'
import { readFileOf } from '../read-input.ts'
import { readStdin } from '../read-stdin.ts'
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
    await writeTo(
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
): Promise<Uint8Array> {
  const { value, file } = options
  const sources = [stdin, value, file].filter((source) => source !== undefined)
  if (sources.length !== 1) {
    throw usage('Give the value in one way: --value TEXT, --file FILE, or - for stdin.')
  }
  if (value !== undefined) return new TextEncoder().encode(value)
  return file === undefined || file === '-' ? readStdin(signal) : readFileOf(file)
}

/** Looks at the value before any store is opened. */
function prepareWrite(
  key: string,
  bytes: Uint8Array,
  options: PutOptions,
): (session: Session) => Promise<Version> {
  const { storeName, contentType, expiresInMs, ifAbsent } = options
  const { ifVersion = ifAbsent === true ? null : undefined } = options
  const condition = ifVersion === undefined ? {} : { ifVersion }
  if (storeName === 'storage') {
    return ({ storage }) => storage.set(key, bytes, { contentType, expiresInMs, ...condition })
  }
  if (contentType !== undefined) {
    throw usage('What is in persistent_store is JSON, so it has no --content-type.')
  }
  const value = parseJson(bytes, 'The value')
  return ({ persistent_store: store }) => store.set(key, value, { expiresInMs, ...condition })
}

function usage(message: string): HoldfastError {
  return new HoldfastError('USAGE', message)
}
