import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChangeSignal, type ListedEntry, parseStorageKey, watchEntries } from '../src/index.ts'
import { mintVersion } from '../src/version.ts'

type State = readonly (ListedEntry | null)[]

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a watch of entries', () => {
  test('begins with the entries as they are, absent ones too', async () => {
    const store = makeStore()
    const entry = store.write('a')
    expect(await store.watch(['a', 'b']).next()).toEqual({ done: false, value: [entry, null] })
  })

  test('yields them again after a write, a first write and a removal', async () => {
    const store = makeStore()
    store.write('a')
    const states = store.watch(['a', 'b'])
    await states.next()
    const a = store.write('a')
    expect((await states.next()).value).toEqual([a, null])
    const b = store.write('b')
    expect((await states.next()).value).toEqual([a, b])
    store.remove('a')
    expect((await states.next()).value).toEqual([null, b])
  })

  test('waits for the next change and yields once for it', async () => {
    const store = makeStore()
    const states = store.watch(['a'])
    await states.next()
    const next = states.next()
    const [entry] = [store.write('a')]
    expect((await next).value).toEqual([entry])
    expect(await isSilent(states)).toBe(true)
  })

  test('skips what lies between two looks, and gives the last state', async () => {
    const store = makeStore()
    const states = store.watch(['a'])
    await states.next()
    store.write('a')
    store.write('a')
    const last = store.write('a')
    expect((await states.next()).value).toEqual([last])
    expect(await isSilent(states)).toBe(true)
  })

  test('says nothing of other keys, and does not read a value for them', async () => {
    const store = makeStore()
    const states = store.watch(['a'])
    await states.next()
    store.read.mockClear()
    store.write('other')
    expect(await isSilent(states)).toBe(true)
    expect(store.read).not.toHaveBeenCalled()
  })

  test('does not lose what is written while it reads', async () => {
    const store = makeStore()
    store.read.mockImplementationOnce((keys) => {
      const before = keys.map((key) => store.entries.get(key) ?? null)
      store.write('a')
      return before
    })
    const states = store.watch(['a'])
    expect((await states.next()).value).toEqual([null])
    expect((await states.next()).value).toEqual([store.entries.get('a')])
  })

  test('yields when the first of its entries expires, and then when the next does', async () => {
    const store = makeStore()
    const late = store.write('late', 3_000)
    store.write('early', 2_000)
    const states = store.watch(['late', 'early'])
    await states.next()
    const second = states.next()
    await vi.advanceTimersByTimeAsync(1_025)
    expect((await second).value).toEqual([late, null])
    const third = states.next()
    await vi.advanceTimersByTimeAsync(1_025)
    expect((await third).value).toEqual([null, null])
  })

  test('yields nothing when its signal has aborted before', async () => {
    const store = makeStore()
    const states = store.watch(['a'], AbortSignal.abort())
    expect(await states.next()).toEqual({ done: true, value: undefined })
    expect(store.read).not.toHaveBeenCalled()
  })

  test('ends without an error, and stops looking, when its signal aborts while it waits', async () => {
    const store = makeStore()
    const controller = new AbortController()
    const states = store.watch(['a'], controller.signal)
    await states.next()
    const next = states.next()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is the same over a store that answers later', async () => {
    const store = makeStore()
    store.write('a')
    const states = store.watchLate(['a'])
    expect((await states.next()).value).toEqual([store.entries.get('a')])
    const next = states.next()
    const written = store.write('a')
    expect((await next).value).toEqual([written])
  })

  test('yields nothing where its signal aborts while the store is read', async () => {
    const store = makeStore()
    const controller = new AbortController()
    store.read.mockImplementationOnce((keys) => {
      controller.abort()
      return keys.map(() => null)
    })
    const states = store.watchLate(['a'], controller.signal)
    expect((await states.next()).done).toBe(true)
  })

  test('does not yield a change that came together with the abort', async () => {
    const store = makeStore()
    const controller = new AbortController()
    const states = store.watch(['a'], controller.signal)
    await states.next()
    const next = states.next()
    store.write('a')
    controller.abort()
    expect((await next).done).toBe(true)
  })
})

/** A store of a map, whose state is the number of its writes. */
function makeStore() {
  const entries = new Map<string, ListedEntry>()
  let writes = 0
  const changes = new ChangeSignal({ readState: () => writes, clock: Date.now })
  const live = (key: string): ListedEntry | null => {
    const entry = entries.get(key)
    if (entry === undefined) return null
    return entry.expiresAt !== null && entry.expiresAt <= Date.now() ? null : entry
  }
  const read = vi.fn<(keys: readonly string[]) => State>((keys) => keys.map(live))
  const change = (): void => {
    writes++
    changes.check()
  }
  return {
    entries,
    read,
    write(key: string, expiresAt: number | null = null): ListedEntry {
      const entry = makeEntry(key, expiresAt)
      entries.set(key, entry)
      change()
      return entry
    },
    remove(key: string): void {
      entries.delete(key)
      change()
    },
    watch(keys: readonly string[], signal?: AbortSignal): AsyncGenerator<State, void> {
      const versions = () => keys.map((key) => live(key)?.version ?? null)
      return watchEntries({ read: () => read(keys), versions, changes }, signal)
    },
    watchLate(keys: readonly string[], signal?: AbortSignal): AsyncGenerator<State, void> {
      const versions = async () => keys.map((key) => live(key)?.version ?? null)
      return watchEntries({ read: async () => read(keys), versions, changes }, signal)
    },
  }
}

function makeEntry(key: string, expiresAt: number | null): ListedEntry {
  return {
    key: parseStorageKey(key),
    value: null,
    size: 0,
    version: mintVersion(),
    createdAt: 1_000,
    updatedAt: 1_000,
    expiresAt,
    contentType: null,
  }
}

/** Whether nothing is yielded however often the store is looked at. */
async function isSilent(states: AsyncGenerator<State, void>): Promise<boolean> {
  let isSilentYet = true
  void states.next().then(() => {
    isSilentYet = false
  })
  await vi.advanceTimersByTimeAsync(1_000)
  return isSilentYet
}
