import { decodeJson, type Entry, type StoreName } from '@holdfast/core'
import { writeTo } from '../write-to.ts'
import { findEntry } from './find-entry.ts'
import { openTarget, type TargetOptions } from './target.ts'

export type GetOptions = TargetOptions

/** Writes a value to stdout. */
export async function get(key: string, options: GetOptions, signal: AbortSignal): Promise<void> {
  await using target = await openTarget(options, { create: false, signal })
  const entry = await findEntry(target, key, signal)
  const { store } = target.scope
  if (options.json === true) {
    await writeTo(process.stdout, `${JSON.stringify(toJson(entry, store))}\n`)
  } else if (store === 'persistent_store' && process.stdout.isTTY) {
    await writeTo(process.stdout, `${JSON.stringify(decodeJson(entry.value), null, 2)}\n`)
  } else {
    await writeTo(process.stdout, entry.value)
  }
}

function toJson({ value, ...metadata }: Entry, store: StoreName): object {
  return store === 'persistent_store'
    ? { ...metadata, value: decodeJson(value) }
    : { ...metadata, base64: Buffer.from(value).toString('base64') }
}
