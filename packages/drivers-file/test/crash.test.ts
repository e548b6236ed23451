import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { entryBytes, type Entry, type StorageKey } from '@holdfast/core'
import { createFileDriver } from '@holdfast/drivers-file'
import { expect, test } from 'vitest'
import { listAll, scope } from './entries.ts'
import { readValue } from './fixtures/self-proving-value.ts'
import { temporaryFolder } from './temporary-folder.ts'

const kills = 50
const writerPath = join(import.meta.dirname, 'fixtures/crashing-writer.ts')

/** Per writer: the rounds that may stand in the store, which are the last acknowledged and later ones. */
type Ledger = Map<number, readonly number[]>

test(`${kills} times kill -9 of a writing process lose no acknowledged write, tear no value and leave usage exact`, async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'store.db')
  const ledger: Ledger = new Map()
  let acknowledged = 0
  for (let kill = 0; kill < kills; kill++) {
    // From a kill during the first commits on to one amid a full log.
    acknowledged += await writeAndKill(path, ledger, 1 + ((kill * 37) % 200))
    await using driver = createFileDriver({ path })
    await driver.open()
    const found = await listAll(driver)
    for (const [writer, rounds] of ledger) ledger.set(writer, expectPair(found, writer, rounds))
    expect(await driver.usage(scope)).toEqual(sum(found))
  }
  expect(acknowledged).toBeGreaterThan(kills)
}, 180_000)

/** Lets a process write until it has acknowledged so many commits, then kills it at once. */
async function writeAndKill(path: string, ledger: Ledger, commits: number): Promise<number> {
  const firstRound = Math.max(0, ...[...ledger.values()].flat())
  const child = spawn(
    process.execPath,
    ['--conditions=@holdfast/source', writerPath, path, String(firstRound)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exit = once(child, 'exit')
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, name, round] = line.split(' ')
    const possible = kind === 'try' ? (ledger.get(Number(name)) ?? [0]) : []
    ledger.set(Number(name), [...possible, Number(round)])
    if (kind === 'try') continue
    acknowledged++
    if (acknowledged === commits) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return acknowledged
}

/** Looks at the two keys of a writer. Returns the rounds that what it found may be of. */
function expectPair(
  found: ReadonlyMap<StorageKey, Entry>,
  writer: number,
  possible: readonly number[],
): readonly number[] {
  const [left, right] = [`${writer}-left`, `${writer}-right`].map((key) => {
    const entry = found.get(key as StorageKey)
    return entry === undefined ? undefined : readValue(key, entry.value)
  })
  expect(left, `the two keys of writer ${writer} were written in one commit`).toBe(right)
  // Every tenth round deletes, and before the first there is nothing.
  const matching = possible.filter((round) => left === (round % 10 === 0 ? undefined : round))
  expect(
    matching,
    `writer ${writer} holds ${left}, and may hold ${possible.join(' or ')}`,
  ).not.toEqual([])
  return matching
}

function sum(found: ReadonlyMap<StorageKey, Entry>): { entries: number; bytes: number } {
  const bytes = [...found.values()].map(({ key, value }) => entryBytes(key, value.length))
  return { entries: found.size, bytes: bytes.reduce((total, size) => total + size, 0) }
}
