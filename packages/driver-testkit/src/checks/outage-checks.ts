import { errorCodes, isHoldfastError, type StorageDriver } from '@holdfast/core'
import { cut, joined } from '../bodies.ts'
import { noise } from '../bytes.ts'
import type { ConformanceCheck } from '../conformance-check.ts'
import { offered } from '../requirements.ts'
import type { ScopeHandle } from '../scope-handle.ts'
import { outcomeOf } from '../settlement.ts'
import type { TestBench } from '../test-bench.ts'

/** More entries than a driver keeps in memory by chance. */
const keys = Array.from({ length: 3_000 }, (_, index) => `key ${10_000 + index}`)

/** What happens when the store itself fails. */
export const outageChecks: readonly ConformanceCheck[] = [
  {
    id: 'get.outage',
    promises: ['5.4', '18.1'],
    title: 'A store that fails never looks as if it were empty or lacked a key: the read rejects.',
    needs: [offered('breakDown')],
    async run(bench) {
      const { store, driver, offers } = bench
      await fill(store)
      const truths = new Map<string, unknown>()
      for (const { name, run } of readsOf(store)) truths.set(name, await run())
      await offers.breakDown()
      await expectTruthOrError(bench, driver, truths)
    },
  },
  {
    id: 'get.outage-at-open',
    promises: ['5.4', '18.1'],
    title: 'A store that fails when it is opened rejects, and is not taken for a new one.',
    needs: [offered('breakDown')],
    async run(bench) {
      const { store, driver, createDriver, offers, expect } = bench
      await fill(store)
      const truths = new Map<string, unknown>()
      for (const { name, run } of readsOf(store)) truths.set(name, await run())
      await driver.close()
      await offers.breakDown()
      const next = await createDriver()
      const outcome = await outcomeOf(next.open())
      expect([outcome, outcome.startsWith('foreign')]).toEqual([outcome, false])
      if (outcome === 'resolved') await expectTruthOrError(bench, next, truths)
    },
  },
  {
    id: 'get.outage-writes',
    promises: ['16.1', '18.1'],
    title: 'A write to a store that fails rejects, or else nobody is told that it is not there.',
    needs: [offered('breakDown')],
    async run({ store, offers, expect }) {
      await fill(store)
      await offers.breakDown()
      for (const key of ['new', keys[0] ?? '', keys[1_500] ?? '']) {
        const outcome = await outcomeOf(store.put(key, 'newest'))
        expect([outcome, outcome.startsWith('foreign')]).toEqual([outcome, false])
        if (outcome !== 'resolved') continue
        const seen = await store.text(key).catch(codeOf)
        expect([key, seen === 'newest' || Object.hasOwn(errorCodes, seen ?? '')]).toEqual([
          key,
          true,
        ])
      }
    },
  },
]

async function fill(store: ScopeHandle): Promise<void> {
  await store.putMany(keys, noise(1_000))
  if (store.driver.capabilities.maxStreamBytes > 0) await store.upload('streamed', cut(noise(10)))
}

interface Read {
  readonly name: string
  readonly run: () => Promise<unknown>
}

/** Each kind of read, with what it finds in a form to compare. */
function readsOf(store: ScopeHandle): readonly Read[] {
  const { maxStreamBytes, maxWatchedKeys } = store.driver.capabilities
  const someKeys = keys.filter((_, index) => index % 100 === 0)
  const everything = { workspace: null, plugin: null, cursor: null, limit: 10 }
  const read = async (): Promise<unknown> => {
    const stream = await store.download('streamed')
    return stream && [...(await joined(stream.body))]
  }
  const watch = async (): Promise<unknown> => {
    await using watched = store.watch(keys[7] ?? '', keys[2_000] ?? '')
    return await watched.next()
  }
  const texts = async (): Promise<unknown> => Promise.all(someKeys.map((key) => store.text(key)))
  const optional = [
    ...(maxStreamBytes > 0 ? [{ name: 'readStream', run: read }] : []),
    ...(maxWatchedKeys > 1 ? [{ name: 'watch', run: watch }] : []),
  ]
  return [
    { name: 'get', run: texts },
    { name: 'get of one', run: () => store.text(keys[1_234] ?? '') },
    { name: 'list', run: () => store.keys() },
    { name: 'list with values', run: async () => (await store.listAll()).length },
    { name: 'usage', run: () => store.usage() },
    { name: 'scopes', run: () => store.driver.scopes(everything) },
    ...optional,
  ]
}

async function expectTruthOrError(
  { at, expect }: TestBench,
  driver: StorageDriver,
  truths: ReadonlyMap<string, unknown>,
): Promise<void> {
  for (const { name, run } of readsOf(at({}, driver))) {
    const seen = await run().catch(codeOf)
    const isError = typeof seen === 'string' && Object.hasOwn(errorCodes, seen)
    if (!isError) expect([name, seen]).toEqual([name, truths.get(name)])
  }
}

/** The code of an error that is Holdfast's, or words for one that is not. */
function codeOf(error: unknown): string {
  return isHoldfastError(error) ? error.code : `foreign error: ${String(error)}`
}
