import { decodeJson, type Entry, HoldfastError, type StoreName } from '@holdfast/core'
import { writeText } from '../write-text.ts'
import { writeTo } from '../write-to.ts'
import { findEntry, openValue } from './find-entry.ts'
import { openTarget, type TargetOptions } from './target.ts'

export type GetOptions = TargetOptions

/** Writes a value to stdout. */
export async function get(key: string, options: GetOptions, signal: AbortSignal): Promise<void> {
  await using target = await openTarget(options, { create: false, signal })
  const { store } = target.scope
  if (options.json === true) {
    const json = JSON.stringify(toJson(await findEntry(target, key, signal), store))
    await writeText(process.stdout, `${json}\n`)
  } else if (process.stdout.isTTY) {
    await writeText(process.stdout, showValue(await findEntry(target, key, signal), store))
  } else {
    for await (const bytes of await openValue(target, key, signal)) {
      await writeTo(process.stdout, bytes)
    }
  }
}

/**
 * A value as people read it.
 *
 * @throws {@link HoldfastError} `USAGE` for what is no text
 */
export function showValue({ value }: Pick<Entry, 'value'>, store: StoreName): string {
  if (store === 'persistent_store') return `${JSON.stringify(decodeJson(value), null, 2)}\n`
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
  } catch {
    throw new HoldfastError(
      'USAGE',
      `The value is ${value.length} bytes that are no text, and nothing for a terminal. Write them to a file with "> FILE", or add --json.`,
    )
  }
}

function toJson({ value, ...metadata }: Entry, store: StoreName): object {
  return store === 'persistent_store'
    ? { ...metadata, value: decodeJson(value) }
    : { ...metadata, base64: Buffer.from(value).toString('base64') }
}
