import type { StorageKey, Version } from '@holdfast/core'
import { appendElement, type StoredList } from './list-append-model.ts'
import { chooseReadMethod, chooseWriteMethod } from './operation-method.ts'
import type { RecordingClient } from './recording-client.ts'
import { readEntry, writeEntry } from './store-calls.ts'

/** Reads the whole list, and appends to it every other time. */
export async function useList(client: RecordingClient, key: StorageKey): Promise<void> {
  const found = await readList(client, key)
  if (found === null || client.random.chance(0.5)) return
  const { driver, random } = client
  const version = client.nextVersion()
  const by = chooseWriteMethod(random, driver.capabilities)
  const input = { kind: 'append', by, element: version, base: found.list } as const
  await client.record({ model: 'list-append', key, input }, async () => {
    const entry = {
      key,
      version,
      value: appendElement(found.list, version),
      expected: found.version,
    }
    const { isDone } = await writeEntry(driver, entry, by, client.chooseWriteOptions())
    return { kind: isDone ? 'appended' : 'refused' }
  })
}

/** Reads the whole list. Resolves to `null` if the read failed. */
export async function readList(
  client: RecordingClient,
  key: StorageKey,
): Promise<{ readonly list: StoredList; readonly version: Version | null } | null> {
  const { driver, random } = client
  const by = chooseReadMethod(random, driver.capabilities)
  const request = { model: 'list-append', key, input: { kind: 'read', by } } as const
  let version: Version | null = null
  const output = await client.record(request, async () => {
    const entry = await readEntry(driver, key, by)
    version = entry?.version ?? null
    return { kind: 'list', list: entry?.value ?? null }
  })
  return output === null ? null : { list: output.list, version }
}
