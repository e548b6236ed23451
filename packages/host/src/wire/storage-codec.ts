import {
  type Check,
  type Cursor,
  type Delete,
  type Entry,
  type EntryMetadata,
  limits,
  type ListedEntry,
  type ListPage,
  type ListQuery,
  parseKeyPrefix,
  parseStorageKey,
  parseVersion,
  type Put,
  type StorageKey,
  type StoreName,
  storeNames,
  type Version,
} from '@holdfast/core'
import type { PluginCommit, PluginStreamPut } from '@holdfast/session/runtime'
import type { FrameWriter } from './frame-writer.ts'
import type { PayloadReader } from './payload-reader.ts'
import { ProtocolError } from './protocol-error.ts'

/** What of a streamed put goes before its body. */
export type StreamPutHead = Omit<PluginStreamPut, 'body'>

export function writeStore(to: FrameWriter, store: StoreName): void {
  to.u8(storeNames.indexOf(store))
}

export function readStore(from: PayloadReader): StoreName {
  const index = from.u8()
  const store = storeNames[index]
  if (store === undefined) throw new ProtocolError(`no store has the number ${index}`)
  return store
}

export function writeKeys(to: FrameWriter, keys: readonly StorageKey[]): void {
  to.list(keys, writeText)
}

export function readKeys(from: PayloadReader, most: number): StorageKey[] {
  return from.list(most, readKey)
}

export function readKey(from: PayloadReader): StorageKey {
  return parseStorageKey(from.text())
}

export function writeCommit(to: FrameWriter, { checks, puts, deletes }: PluginCommit): void {
  to.list(checks, writeCheck).list(puts, writePut).list(deletes, writeDelete)
}

/** The values are good until the message has been handled. */
export function readCommit(from: PayloadReader): PluginCommit {
  const checks = from.list(limits.maxCommitEntries, readCheck)
  const puts = from.list(limits.maxCommitEntries, readPut)
  const deletes = from.list(limits.maxCommitEntries, readDelete)
  return { checks, puts, deletes }
}

function writeCheck(to: FrameWriter, { store, key, version }: Check): void {
  writeStore(to, store)
  to.text(key).optional(version, writeText)
}

function readCheck(from: PayloadReader): Check {
  return { store: readStore(from), key: readKey(from), version: from.optional(readVersion) }
}

function writePut(to: FrameWriter, put: Put): void {
  writeStore(to, put.store)
  to.text(put.key).text(put.version)
  to.optional(put.expiresAt, writeNumber).optional(put.contentType, writeText)
  to.bytes(put.value, false)
}

function readPut(from: PayloadReader): Put {
  return {
    store: readStore(from),
    key: readKey(from),
    version: readVersion(from),
    expiresAt: from.optional(readExpiry),
    contentType: from.optional(readContentType),
    value: plainView(from.view()),
  }
}

function writeDelete(to: FrameWriter, { store, key }: Delete): void {
  writeStore(to, store)
  to.text(key)
}

function readDelete(from: PayloadReader): Delete {
  return { store: readStore(from), key: readKey(from) }
}

export function writeStreamPut(to: FrameWriter, store: StoreName, put: StreamPutHead): void {
  writeStore(to, store)
  to.text(put.key).text(put.version)
  to.optional(put.expiresAt, writeNumber).optional(put.contentType, writeText)
  to.flag(put.expected !== undefined)
  if (put.expected !== undefined) to.optional(put.expected, writeText)
}

export function readStreamPut(from: PayloadReader): StreamPutHead {
  return {
    key: readKey(from),
    version: readVersion(from),
    expiresAt: from.optional(readExpiry),
    contentType: from.optional(readContentType),
    expected: from.flag() ? from.optional(readVersion) : undefined,
  }
}

export function writeQuery(to: FrameWriter, query: ListQuery): void {
  to.text(query.prefix).optional(query.cursor, writeText).u32(query.limit).flag(query.keysOnly)
}

export function readQuery(from: PayloadReader): ListQuery {
  const prefix = parseKeyPrefix(from.text())
  const cursor = from.optional(readText) as Cursor | null
  const limit = from.u32()
  if (limit < 1 || limit > limits.maxListLimit) {
    throw new ProtocolError(`a page of ${limit} entries`)
  }
  return { prefix, cursor, limit, keysOnly: from.flag() }
}

export function writeEntries(to: FrameWriter, entries: readonly (Entry | null)[]): void {
  to.list(entries, (writer, entry) => writer.optional(entry, writeEntry))
}

/** @param keys that were asked for, in their order */
export function readEntries(from: PayloadReader, keys: readonly StorageKey[]): (Entry | null)[] {
  const items = from.list(keys.length, (reader) => reader.optional(readKeylessEntry))
  return keys.map((key, index) => {
    const item = items[index]
    return item === undefined || item === null ? null : { key, ...item }
  })
}

function writeEntry(to: FrameWriter, entry: Entry): void {
  writeFacts(to, entry)
  to.bytes(entry.value, true)
}

function readKeylessEntry(from: PayloadReader): Omit<Entry, 'key'> {
  const facts = readFacts(from)
  return { ...facts, value: from.value() }
}

export function writeListed(to: FrameWriter, entries: readonly (ListedEntry | null)[]): void {
  to.list(entries, (writer, entry) => writer.optional(entry, writeListedEntry))
}

/** Items of a page or of a watch; `null` for one that is absent. */
export function readListed(from: PayloadReader): (ListedEntry | null)[] {
  return from.list(limits.maxListLimit, (reader) => reader.optional(readListedEntry))
}

function writeListedEntry(to: FrameWriter, entry: ListedEntry): void {
  writeMetadata(to, entry)
  to.optional(entry.value, (writer, value) => writer.bytes(value, true))
}

function readListedEntry(from: PayloadReader): ListedEntry {
  return { ...readMetadata(from), value: from.optional((reader) => reader.value()) }
}

export function writePage(to: FrameWriter, { entries, cursor }: ListPage): void {
  writeListed(to, entries)
  to.optional(cursor, writeText)
}

export function readPage(from: PayloadReader): ListPage {
  const entries = readListed(from).filter((entry) => entry !== null)
  return { entries, cursor: from.optional(readText) as Cursor | null }
}

export function writeMetadata(to: FrameWriter, metadata: EntryMetadata): void {
  to.text(metadata.key)
  writeFacts(to, metadata)
}

export function readMetadata(from: PayloadReader): EntryMetadata {
  return { key: readKey(from), ...readFacts(from) }
}

function writeFacts(to: FrameWriter, metadata: EntryMetadata): void {
  to.f64(metadata.size).text(metadata.version).f64(metadata.createdAt).f64(metadata.updatedAt)
  to.optional(metadata.expiresAt, writeNumber).optional(metadata.contentType, writeText)
}

function readFacts(from: PayloadReader): Omit<EntryMetadata, 'key'> {
  return {
    size: from.f64(),
    version: from.text() as Version,
    createdAt: from.f64(),
    updatedAt: from.f64(),
    expiresAt: from.optional(readNumber),
    contentType: from.optional(readText),
  }
}

function writeText(to: FrameWriter, value: string): void {
  to.text(value)
}

function readText(from: PayloadReader): string {
  return from.text()
}

export function writeNumber(to: FrameWriter, value: number): void {
  to.f64(value)
}

export function readNumber(from: PayloadReader): number {
  return from.f64()
}

function readVersion(from: PayloadReader): Version {
  return parseVersion(from.text())
}

function readExpiry(from: PayloadReader): number {
  const time = from.f64()
  if (!Number.isSafeInteger(time)) throw new ProtocolError(`an expiry at ${time}`)
  return time
}

function readContentType(from: PayloadReader): string {
  const contentType = from.text()
  if (contentType.length > limits.maxContentTypeLength) {
    throw new ProtocolError(`a content type of ${contentType.length} characters`)
  }
  return contentType
}

/** A driver is promised a Uint8Array, and a Buffer differs from it in its `slice`. */
function plainView(view: Buffer): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.length)
}
