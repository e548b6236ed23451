import type { StorageKey, Version } from '@holdfast/core'
import { appendElement, type StoredList } from './list-append-model.ts'
import type { RecordingClient } from './recording-client.ts'

/** Reads the whole list, and appends to it every other time. */
export async function useList(client: RecordingClient, key: StorageKey): Promise<void> {
  const found = await readList(client, key)
  if (found === null || client.random.chance(0.5)) return
  const version = client.nextVersion()
  const input = { kind: 'append', element: version, base: found.list } as const
  await client.record({ model: 'list-append', key, input }, async () => {
    const value = appendElement(found.list, version)
    const { isDone } = await client.put(key, { version, value }, found.version)
    return { kind: isDone ? 'appended' : 'refused' }
  })
}

/** Reads the whole list. Resolves to `null` if the read failed. */
export async function readList(
  client: RecordingClient,
  key: StorageKey,
): Promise<{ readonly list: StoredList; readonly version: Version | null } | null> {
  const by = client.chooseReader()
  let version: Version | null = null
  const output = await client.record(
    { model: 'list-append', key, input: { kind: 'read', by } },
    async () => {
      const entry = await client.read(key, by)
      version = entry?.version ?? null
      return { kind: 'list', list: entry?.value ?? null }
    },
  )
  return output === null ? null : { list: output.list, version }
}
