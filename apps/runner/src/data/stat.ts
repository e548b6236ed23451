import { showTable, showTime } from '../show-table.ts'
import { writeText } from '../write-text.ts'
import { findMetadata } from './find-entry.ts'
import { openTarget, type Target, type TargetOptions } from './target.ts'

export type StatOptions = TargetOptions

/** Prints all of an entry but its value, or what the store holds. */
export async function stat(
  key: string | undefined,
  options: StatOptions,
  signal: AbortSignal,
): Promise<void> {
  await using target = await openTarget(options, { create: false, signal })
  const facts =
    key === undefined ? await usageOf(target, signal) : await metadataOf(target, key, signal)
  const text = options.json === true ? JSON.stringify(facts.json) : showTable(facts.rows)
  await writeText(process.stdout, `${text}\n`)
}

interface Facts {
  readonly json: object
  readonly rows: readonly (readonly [string, string])[]
}

async function usageOf({ driver, scope }: Target, signal: AbortSignal): Promise<Facts> {
  const usage = await driver.usage(scope, { signal })
  const json = { ...scope, ...usage }
  return { json, rows: Object.entries(json).map(([name, value]) => [name, String(value)]) }
}

async function metadataOf(target: Target, text: string, signal: AbortSignal): Promise<Facts> {
  const metadata = await findMetadata(target, text, signal)
  const { key, size, version, createdAt, updatedAt, expiresAt, contentType } = metadata
  return {
    json: metadata,
    rows: [
      ['key', key],
      ['size', `${size} bytes`],
      ['version', version],
      ['created', showTime(createdAt)],
      ['updated', showTime(updatedAt)],
      ['expires', showTime(expiresAt)],
      ['type', contentType ?? ''],
    ],
  }
}
