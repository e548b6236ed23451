import { parseStorageKey, type StorageDriver, type StorageKey } from '@holdfast/core'
import { SeededRandom } from '../seeded-random.ts'
import { getVersion, type KnownVersions, useVersions } from './compare-and-set-workload.ts'
import { readList, useList } from './list-append-workload.ts'
import { Pace } from './pace.ts'
import type { HistoryRecorder } from './recorded-operation.ts'
import { RecordingClient } from './recording-client.ts'

/** Clients that use one driver at the same time. */
export interface ClientsPlan {
  readonly seed: number
  readonly clients: number
  /** Number of the first of them; all the clients of a run have numbers of their own. */
  readonly firstClient: number
  /** Where they stand in the row of keys, in steps. */
  readonly firstStep: number
  /** How many keys are in use at a time. */
  readonly keys: number
}

/** After so many steps of each client they go on to new keys, so that no history grows too long. */
const stepsPerKeys = 40

/** Each client does a random operation after the other until it is over. */
export async function runClients(
  driver: StorageDriver,
  recorder: HistoryRecorder,
  plan: ClientsPlan,
  isOver: () => boolean,
): Promise<void> {
  const pace = new Pace()
  const ids = Array.from({ length: plan.clients }, (_, index) => plan.firstClient + index)
  await Promise.all(
    ids.map((id) => {
      const random = new SeededRandom(plan.seed, id)
      return runClient(new RecordingClient(driver, recorder, { id, random, pace }), plan, isOver)
    }),
  )
}

async function runClient(
  client: RecordingClient,
  plan: ClientsPlan,
  isOver: () => boolean,
): Promise<void> {
  const known: KnownVersions = new Map()
  for (let step = plan.firstStep; !isOver(); step++) {
    await client.pause()
    const group = Math.floor(step / stepsPerKeys)
    const key = keyAt(group * plan.keys + client.random.below(plan.keys))
    await (isListKey(key) ? useList(client, key) : useVersions(client, key, known))
  }
}

/** Reads each of the keys once more, when all others have finished. */
export async function readKeys(
  driver: StorageDriver,
  recorder: HistoryRecorder,
  id: number,
  keys: readonly string[],
): Promise<void> {
  const identity = { id, random: new SeededRandom(0, id), pace: new Pace() }
  const client = new RecordingClient(driver, recorder, identity)
  for (const key of keys.map(parseStorageKey)) {
    await (isListKey(key) ? readList(client, key) : getVersion(client, key, new Map()))
  }
}

function keyAt(index: number): StorageKey {
  return parseStorageKey(`${index % 2 === 0 ? 'list' : 'version'}-${index}`)
}

function isListKey(key: StorageKey): boolean {
  return key.startsWith('list-')
}
