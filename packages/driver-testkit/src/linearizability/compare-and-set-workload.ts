import type { StorageKey, Version } from '@holdfast/core'
import type { CompareAndSetInput, CompareAndSetOutput } from './compare-and-set-model.ts'
import { chooseReadMethod, chooseWriteMethod } from './operation-method.ts'
import type { RecordingClient } from './recording-client.ts'
import { deleteEntry, readEntry, writeEntry, type WriteResult } from './store-calls.ts'

/** The versions that a client last saw, which others may have replaced since. */
export type KnownVersions = Map<StorageKey, Version | null>

/** Reads a key, or writes it in place of the version that this client last saw there. */
export async function useVersions(
  client: RecordingClient,
  key: StorageKey,
  known: KnownVersions,
): Promise<void> {
  const expected = known.get(key)
  if (expected === undefined || client.random.chance(0.4)) {
    await getVersion(client, key, known)
  } else if (client.random.chance(0.15)) {
    await deleteVersion(client, key, known, expected)
  } else {
    // Now and then by force, which no check of another may overlook.
    await putVersion(client, key, known, client.random.chance(0.05) ? undefined : expected)
  }
}

/** Reads a key. */
export async function getVersion(
  client: RecordingClient,
  key: StorageKey,
  known: KnownVersions,
): Promise<void> {
  const { driver, random } = client
  const by = chooseReadMethod(random, driver.capabilities)
  await client.record(toRequest(key, { kind: 'read', by }), async () => {
    const entry = await readEntry(driver, key, by)
    known.set(key, entry?.version ?? null)
    return { kind: 'entry', entry }
  })
}

async function putVersion(
  client: RecordingClient,
  key: StorageKey,
  known: KnownVersions,
  expected: Version | null | undefined,
): Promise<void> {
  const { driver, random } = client
  const version = client.nextVersion()
  const value = `value of ${version}`
  const by = chooseWriteMethod(random, driver.capabilities)
  const condition = expected === undefined ? {} : { expected }
  const input = { kind: 'put', by, version, value, ...condition } as const
  await client.record(toRequest(key, input), async () => {
    const entry = { key, version, value, expected }
    const result = await writeEntry(driver, entry, by, client.chooseWriteOptions())
    return learn(known, key, result, version)
  })
}

async function deleteVersion(
  client: RecordingClient,
  key: StorageKey,
  known: KnownVersions,
  expected: Version | null,
): Promise<void> {
  await client.record(toRequest(key, { kind: 'delete', expected }), async () => {
    const options = client.chooseWriteOptions()
    const result = await deleteEntry(client.driver, key, expected, options)
    return learn(known, key, result, null)
  })
}

function learn(
  known: KnownVersions,
  key: StorageKey,
  result: WriteResult,
  written: Version | null,
): CompareAndSetOutput {
  if (result.isDone) {
    known.set(key, written)
    return { kind: 'done' }
  }
  known.set(key, result.current)
  return { kind: 'mismatch', current: result.current }
}

function toRequest(
  key: StorageKey,
  input: CompareAndSetInput,
): { readonly model: 'compare-and-set'; readonly key: string; readonly input: CompareAndSetInput } {
  return { model: 'compare-and-set', key, input }
}
