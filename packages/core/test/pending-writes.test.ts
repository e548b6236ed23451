import { describe, expect, test } from 'vitest'
import { parseStorageKey, PendingWrites, type StoreName, type WrittenKeys } from '../src/index.ts'

const [a, b] = [parseStorageKey('a'), parseStorageKey('b')]
const store = 'storage'

function put(key = a, of: StoreName = store): WrittenKeys {
  return { checks: [], puts: [{ store: of, key }], deletes: [] }
}

function check(key = a): WrittenKeys {
  return { checks: [{ store, key, version: null }], puts: [], deletes: [] }
}

/** Whether a promise has resolved when all that is due has run. */
async function hasCome(promise: Promise<void> | null): Promise<boolean> {
  let hasResolved = false
  void promise?.then(() => (hasResolved = true))
  await new Promise((resolve) => setImmediate(resolve))
  return hasResolved
}

describe('a write', () => {
  test('waits for the one before it that changes its key, until that has ended', async () => {
    const pending = new PendingWrites()
    const first = pending.begin(put())
    const second = pending.begin(put())
    expect(first.before).toBe(null)
    expect(await hasCome(second.before)).toBe(false)
    first.end()
    expect(await hasCome(second.before)).toBe(true)
  })

  test('waits for none that is about another key, another store, or only checks as it does', () => {
    const pending = new PendingWrites()
    pending.begin(put())
    pending.begin(check(b))
    expect(pending.begin(put(a, 'persistent_store')).before).toBe(null)
    expect(pending.begin(check(b)).before).toBe(null)
  })

  test('that checks a key waits for what changes it, and what changes it for all that check it', async () => {
    const pending = new PendingWrites()
    const change = pending.begin(put())
    const [first, second] = [pending.begin(check()), pending.begin(check())]
    const next = pending.begin(put())
    change.end()
    expect(await hasCome(first.before)).toBe(true)
    first.end()
    expect(await hasCome(next.before)).toBe(false)
    second.end()
    expect(await hasCome(next.before)).toBe(true)
  })

  test('that was given up before its turn lets nobody pass those before it', async () => {
    const pending = new PendingWrites()
    const first = pending.begin(put())
    pending.begin(put()).end()
    const third = pending.begin(put())
    expect(await hasCome(third.before)).toBe(false)
    first.end()
    expect(await hasCome(third.before)).toBe(true)
  })

  test('of a whole store waits for all of that store, and all of it for that', async () => {
    const pending = new PendingWrites()
    const writes = [pending.begin(put()), pending.begin(check(b))]
    const other = pending.begin(put(a, 'persistent_store'))
    const clear = pending.beginClear(store)
    for (const write of writes) write.end()
    expect(await hasCome(clear.before)).toBe(true)
    const later = pending.begin(put(b))
    expect(await hasCome(later.before)).toBe(false)
    expect(await hasCome(pending.beforeReading(store, [b]))).toBe(false)
    clear.end()
    later.end()
    other.end()
    await hasCome(null)
    expect(pending.beforeReading(store, [b])).toBe(null)
    expect(pending.size).toBe(0)
  })
})

describe('a read', () => {
  test('waits for the writes of its keys alone', async () => {
    const pending = new PendingWrites()
    const write = pending.begin(put())
    pending.begin(check(b))
    expect(pending.beforeReading(store, [b])).toBe(null)
    const before = pending.beforeReading(store, [b, a])
    expect(await hasCome(before)).toBe(false)
    write.end()
    expect(await hasCome(before)).toBe(true)
    expect(pending.beforeReading(store, [a])).toBe(null)
  })

  test('of a prefix waits for the writes of keys that begin with it', () => {
    const pending = new PendingWrites()
    pending.begin(put(parseStorageKey('notes/a')))
    expect(pending.beforeListing(store, 'notes/')).not.toBe(null)
    expect(pending.beforeListing(store, '')).not.toBe(null)
    expect(pending.beforeListing(store, 'other/')).toBe(null)
    expect(pending.beforeListing('persistent_store', '')).toBe(null)
  })
})

test('what has ended leaves nothing behind', async () => {
  const pending = new PendingWrites()
  const writes = [pending.begin(put()), pending.begin(check()), pending.begin(put())]
  expect(pending.size).toBe(3)
  for (const write of writes) write.end()
  await hasCome(null)
  expect(pending.size).toBe(0)
  expect(pending.begin(put()).before).toBe(null)
})
