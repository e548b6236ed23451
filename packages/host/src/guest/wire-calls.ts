import { HoldfastError, type WorkspaceId } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { readError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { FrameWriter } from '../wire/frame-writer.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { wireLimits } from '../wire/wire-limits.ts'

/** One call to the stores, while it goes on. */
export interface OpenCall {
  readonly id: number
  onResult(result: PayloadReader): void
  onFailure(error: Error): void
  /** For calls with a stream alone. */
  onFrame?(type: FrameType, payload: PayloadReader): void
}

/** What a call sends. */
export interface CallRequest {
  readonly type: FrameType
  /** Names the invocation; see {@link WireCalls.enter}. */
  readonly workspace: WorkspaceId
  /** When it settles at the latest; 0 for no bound. */
  readonly deadlineAt: number
  readonly isStream: boolean
  /** Of the values, which count against what may be in flight. */
  readonly bytes: number
  readonly write: (to: FrameWriter) => void
}

/**
 * The calls of this process to the stores. It knows the tokens of the live invocations and holds back
 * what would be more than the host takes at once.
 */
export class WireCalls {
  readonly #connection: Connection
  readonly #tokens = new Map<WorkspaceId, Buffer>()
  readonly #open = new Map<number, { readonly call: OpenCall; readonly request: CallRequest }>()
  readonly #waiting: { readonly call: OpenCall; readonly request: CallRequest }[] = []
  #bytes = 0
  #streams = 0
  #lastId = 1

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Whether a call that is made now has to wait, so that what it is made of must be copied. */
  get isFull(): boolean {
    return this.#waiting.length > 0 || this.#open.size >= wireLimits.maxCallsInFlight
  }

  /**
   * Begins an invocation.
   *
   * @returns stands for the invocation wherever a driver is called. It has the place of the workspace
   * in the scope, for a plugin's process knows no other scope than its invocations.
   */
  enter(token: Uint8Array): WorkspaceId {
    const name = Buffer.from(token).toString('hex') as WorkspaceId
    this.#tokens.set(name, Buffer.from(token))
    return name
  }

  /** Ends an invocation: its token is worth nothing any more. */
  leave(name: WorkspaceId): void {
    this.#tokens.delete(name)
  }

  /** A number for a call, which is odd, as those of invocations are even. */
  nextId(): number {
    do this.#lastId = (this.#lastId + 2) % 0xffff_ffff
    while (this.#open.has(this.#lastId))
    return this.#lastId
  }

  /** Begins a call. */
  begin(call: OpenCall, request: CallRequest): void {
    if (this.#waiting.length > 0 || !this.#fits(request)) this.#waiting.push({ call, request })
    else this.#send(call, request)
  }

  /** Forgets a call whose caller waits no more, and tells the host. */
  cancel(call: OpenCall): void {
    const at = this.#waiting.findIndex((waiting) => waiting.call === call)
    if (at >= 0) this.#waiting.splice(at, 1)
    else if (this.#open.has(call.id)) this.#connection.send(frameType.cancelCall, call.id)
  }

  /** Takes what the host has sent for a call. What came too late for it is passed over. */
  handle(type: FrameType, id: number, payload: PayloadReader): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    const { call, request } = open
    switch (type) {
      case frameType.result:
        if (!request.isStream) this.#end(id, request)
        call.onResult(payload)
        break
      case frameType.failure:
        this.#end(id, request)
        call.onFailure(readError(payload))
        break
      default:
        call.onFrame?.(type, payload)
    }
  }

  /** Ends a call with a stream. */
  endStream(call: OpenCall): void {
    const open = this.#open.get(call.id)
    if (open?.call === call) this.#end(call.id, open.request)
  }

  #end(id: number, request: CallRequest): void {
    this.#open.delete(id)
    this.#bytes -= request.bytes
    if (request.isStream) this.#streams--
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#fits(next.request)) return
      this.#waiting.shift()
      this.#send(next.call, next.request)
    }
  }

  #fits({ bytes, isStream }: CallRequest): boolean {
    if (this.#open.size >= wireLimits.maxCallsInFlight) return false
    if (isStream && this.#streams >= wireLimits.maxStreamsInFlight) return false
    return this.#open.size === 0 || this.#bytes + bytes <= wireLimits.maxCallBytesInFlight
  }

  #send(call: OpenCall, request: CallRequest): void {
    const token = this.#tokens.get(request.workspace)
    if (token === undefined) {
      call.onFailure(
        new HoldfastError('INVOCATION_CLOSED', 'The invocation that this call belongs to is over.'),
      )
      return
    }
    this.#open.set(call.id, { call, request })
    this.#bytes += request.bytes
    if (request.isStream) this.#streams++
    const frame = this.#connection.begin(request.type, call.id)
    frame.raw(token, true).f64(request.deadlineAt)
    request.write(frame)
    frame.end()
  }
}
