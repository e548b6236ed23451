import {
  abortedError,
  outcomeUnknown,
  type StorageKey,
  type StoreName,
  type WorkspaceId,
} from '@holdfast/core'
import type { Entry, ListPage, ListQuery } from '@holdfast/core'
import type { PluginCommit } from '@holdfast/session/runtime'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { FrameWriter } from '../wire/frame-writer.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import {
  readEntries,
  readPage,
  writeCommit,
  writeKeys,
  writeQuery,
  writeStore,
} from '../wire/storage-codec.ts'
import type { WireCall, WireCalls } from './wire-calls.ts'

/** A call with one answer. It is one object, for there may be very many of them. */
export abstract class UnaryCall<Result> implements WireCall {
  readonly id: number
  abstract readonly type: FrameType
  abstract readonly operation: string
  readonly workspace: WorkspaceId
  readonly deadlineAt: number
  readonly isStream = false
  readonly bytes: number = 0
  #resolve: ((result: Result) => void) | null = null
  #reject: ((error: unknown) => void) | null = null

  constructor(calls: WireCalls, workspace: WorkspaceId, deadlineAt: number | undefined) {
    this.id = calls.nextId()
    this.workspace = workspace
    this.deadlineAt = deadlineAt ?? 0
  }

  /** Begins it. */
  ask(calls: WireCalls): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      calls.begin(this)
    })
  }

  abstract write(to: FrameWriter): void

  /** Makes the answer of what the host has sent. */
  protected abstract read(from: PayloadReader): Result

  onResult(result: PayloadReader): void {
    this.#resolve?.(this.read(result))
  }

  onFailure(error: Error): void {
    this.#reject?.(error)
  }

  onAbort(reason: unknown, _isWaiting: boolean): void {
    this.#reject?.(abortedError(this.operation, reason))
  }
}

/** Reads entries. */
export class GetCall extends UnaryCall<readonly (Entry | null)[]> {
  readonly type: FrameType = frameType.get
  readonly operation: string = 'driver.get'
  readonly #store: StoreName
  readonly #keys: readonly StorageKey[]

  constructor(
    calls: WireCalls,
    workspace: WorkspaceId,
    store: StoreName,
    keys: readonly StorageKey[],
    deadlineAt?: number,
  ) {
    super(calls, workspace, deadlineAt)
    this.#store = store
    this.#keys = keys
  }

  write(to: FrameWriter): void {
    writeStore(to, this.#store)
    writeKeys(to, this.#keys)
  }

  protected read(from: PayloadReader): readonly (Entry | null)[] {
    return readEntries(from, this.#keys)
  }
}

/** Reads a page of a listing. */
export class ListCall extends UnaryCall<ListPage> {
  readonly type: FrameType = frameType.list
  readonly operation: string = 'driver.list'
  readonly #store: StoreName
  readonly #query: ListQuery

  constructor(
    calls: WireCalls,
    workspace: WorkspaceId,
    store: StoreName,
    query: ListQuery,
    deadlineAt?: number,
  ) {
    super(calls, workspace, deadlineAt)
    this.#store = store
    this.#query = query
  }

  write(to: FrameWriter): void {
    writeStore(to, this.#store)
    writeQuery(to, this.#query)
  }

  protected read(from: PayloadReader): ListPage {
    return readPage(from)
  }
}

/** Applies a change. */
export class CommitCall extends UnaryCall<void> {
  readonly type: FrameType = frameType.commit
  readonly operation: string = 'driver.commit'
  override readonly bytes: number
  readonly #commit: PluginCommit

  constructor(calls: WireCalls, workspace: WorkspaceId, commit: PluginCommit, deadlineAt?: number) {
    super(calls, workspace, deadlineAt)
    const { puts } = commit
    // One that has to wait is written later, and its values are its caller's to change.
    this.#commit = calls.isFull
      ? { ...commit, puts: puts.map((put) => ({ ...put, value: put.value.slice() })) }
      : commit
    this.bytes = puts.reduce((sum, { value }) => sum + value.length, 0)
  }

  write(to: FrameWriter): void {
    writeCommit(to, this.#commit)
  }

  override onAbort(reason: unknown, isWaiting: boolean): void {
    const aborted = abortedError(this.operation, reason)
    // What was sent may have been applied, or will be.
    this.onFailure(isWaiting ? aborted : outcomeUnknown(this.operation, aborted))
  }

  protected read(): void {
    // There is nothing in it.
  }
}
