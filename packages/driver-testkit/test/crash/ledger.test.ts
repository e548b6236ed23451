import { parseStorageKey } from '@holdfast/core'
import { expect, test } from 'vitest'
import type { CrashMessage, FoundEntry } from '../../src/crash/crash-message.ts'
import { versionOf } from '../../src/crash/crash-slot.ts'
import { Ledger } from '../../src/crash/ledger.ts'

const slot = parseStorageKey('single-0')

function write(round: number, ...kinds: ('acknowledged' | 'delete')[]): readonly CrashMessage[] {
  const isDelete = kinds.includes('delete')
  const intended = { kind: 'intended', slot, round, isDelete, refusal: null } as const
  return kinds.includes('acknowledged')
    ? [intended, { kind: 'acknowledged', slot, round }]
    : [intended]
}

function refused(code: string): CrashMessage {
  return { kind: 'refused', slot, round: 1, code }
}

/** A store that holds one round under the key of the slot, or nothing, and accounts for it. */
function found(round: number | null, changes: Partial<FoundEntry> = {}): CrashMessage {
  const size = 40
  const entry: FoundEntry = {
    plugin: 'roomy',
    store: 'storage',
    key: slot,
    version: versionOf(round ?? 0),
    size,
    bytes: size,
    round,
    ...changes,
  }
  const bytes = round === null ? 0 : slot.length + size
  const usage = {
    storage: { entries: round === null ? 0 : 1, bytes },
    persistent_store: { entries: 0, bytes: 0 },
  }
  const entries = round === null ? [] : [entry]
  return { kind: 'found', entries, accounts: [{ plugin: 'roomy', usage, countedForQuota: bytes }] }
}

function brokenBy(...messages: readonly (CrashMessage | readonly CrashMessage[])[]): string[] {
  const ledger = new Ledger()
  return messages.flat().flatMap((message) => ledger.note(message).map(({ promise }) => promise))
}

test('an acknowledged write must be there, and one that was cut off may be', () => {
  expect(brokenBy(write(1, 'acknowledged'), found(1))).toEqual([])
  expect(brokenBy(write(1, 'acknowledged'), write(2), found(1))).toEqual([])
  expect(brokenBy(write(1, 'acknowledged'), write(2), found(2))).toEqual([])
  expect(brokenBy(write(1, 'acknowledged'), found(null))).toEqual(['16.1'])
  expect(brokenBy(write(1, 'acknowledged'), write(2, 'acknowledged'), found(1))).toEqual(['16.1'])
})

test('what a look has found stays so', () => {
  expect(brokenBy(write(1, 'acknowledged'), write(2), found(2), found(1))).toEqual(['16.1'])
  expect(brokenBy(write(1, 'acknowledged'), write(2), found(1), found(2))).toEqual(['6.1'])
})

test('what was deleted stays gone', () => {
  const writes = [...write(1, 'acknowledged'), ...write(2, 'acknowledged', 'delete')]
  expect(brokenBy(writes, found(null))).toEqual([])
  expect(brokenBy(writes, found(1))).toEqual(['16.2'])
})

test('a refused write is never there, and only those are refused that may be', () => {
  expect(brokenBy(write(1), refused('STORE_BUSY'), found(null))).toEqual([])
  expect(brokenBy(write(1), refused('STORE_BUSY'), found(1))).toEqual(['6.1'])
  expect(brokenBy(write(1), refused('VERSION_MISMATCH'))).toEqual(['6.4'])
})

test('a write that expects a version that never was must be refused', () => {
  const intention = { slot, round: 1, isDelete: false, refusal: 'VERSION_MISMATCH' } as const
  const acknowledged = { kind: 'acknowledged', slot, round: 1 } as const
  expect(brokenBy({ kind: 'intended', ...intention }, acknowledged)).toEqual(['7.2'])
})

test('an entry has one whole value, its own version and its size, in the scope that was written to', () => {
  const writes = write(1, 'acknowledged')
  expect(brokenBy(writes, found(1, { version: versionOf(2) }))).toEqual(['2.6'])
  expect(brokenBy(writes, found(1, { size: 41 }))).toEqual(['3.1'])
  expect(brokenBy(writes, found(1, { round: null }))).toEqual(['2.6'])
  expect(brokenBy(writes, found(1, { store: 'persistent_store' }))).toContain('4.1')
  expect(brokenBy(writes, found(1, { key: parseStorageKey('stranger') }))).toContain('4.1')
})

test('usage and what the quota goes by are what is there', () => {
  const right = found(1) as CrashMessage & { readonly kind: 'found' }
  const [account] = right.accounts
  const wrong = (change: object): CrashMessage => ({
    ...right,
    accounts: account === undefined ? [] : [{ ...account, ...change }],
  })
  const writes = write(1, 'acknowledged')
  expect(brokenBy(writes, wrong({ countedForQuota: 47 }))).toEqual(['16.2'])
  expect(brokenBy(writes, wrong({ countedForQuota: null }))).toEqual(['9.1'])
  const usage = { ...account?.usage, storage: { entries: 2, bytes: 48 } }
  expect(brokenBy(writes, wrong({ usage }))).toEqual(['8.2'])
})
