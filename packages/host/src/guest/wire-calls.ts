import { HoldfastError, type WorkspaceId } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { readError } from '../wire/error-codec.ts'
import { frameType, type FrameType } from '../wire/frame-type.ts'
import type { FrameWriter } from '../wire/frame-writer.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { wireLimits } from '../wire/wire-limits.ts'

/** One call to the stores, from before it is sent until it has been answered. */
export interface WireCall {
  readonly id: number
  readonly type: FrameType
  /** Names the invocation; see {@link WireCalls.enter}. */
  readonly workspace: WorkspaceId
  /** When it settles at the latest; 0 for no bound. */
  readonly deadlineAt: number
  readonly isStream: boolean
  /** Of the values, which count against what may be in flight. */
  readonly bytes: number
  /** Writes what the call is about. */
  write(to: FrameWriter): void
  onResult(result: PayloadReader): void
  onFailure(error: Error): void
  /** The invocation was aborted. `true`: the call has yet to be sent. For calls without streams. */
  onAbort?(reason: unknown, isWaiting: boolean): void
  /** For calls with a stream alone. */
  onFrame?(type: FrameType, payload: PayloadReader): void
}

/**
 * The calls of this process to the stores. It knows the tokens of the live invocations and holds back
 * what would be more than the host takes at once.
 */
export class WireCalls {
  readonly #connection: Connection
  readonly #tokens = new Map<WorkspaceId, Buffer>()
  readonly #open = new Map<number, WireCall>()
  /** Calls that wait, and those with a stream, which must not hold up the others. */
  #waiting: WireCall[] = []
  readonly #waitingStreams: WireCall[] = []
  /** Told when waiting calls have been sent, until they say that it is enough. */
  #onSent: (() => boolean)[] = []
  #bytes = 0
  #streams = 0
  #lastId = 1

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Whether a call that is made now has to wait, so that what it is made of must be copied. */
  get isFull(): boolean {
    return (
      this.#waiting.length > 0 || this.#open.size - this.#streams >= wireLimits.maxCallsInFlight
    )
  }

  /**
   * Begins an invocation.
   *
   * @returns stands for the invocation wherever a driver is called. It has the place of the workspace
   * in the scope, for a plugin's process knows no other scope than its invocations.
   */
  enter(token: Uint8Array): WorkspaceId {
    const copy = Buffer.from(token)
    const name = copy.toString('hex') as WorkspaceId
    this.#tokens.set(name, copy)
    return name
  }

  /** Ends an invocation: its token is worth nothing any more. */
  leave(name: WorkspaceId): void {
    this.#tokens.delete(name)
  }

  /** Resolves when no call of an invocation waits to be sent; `null` where none does. */
  whenSent(name: WorkspaceId): Promise<void> | null {
    const isWaiting = (): boolean => this.#waiting.some(({ workspace }) => workspace === name)
    if (!isWaiting()) return null
    return new Promise((resolve) => {
      this.#onSent.push(() => {
        if (isWaiting()) return false
        resolve()
        return true
      })
    })
  }

  /** A number for a call, which is odd, as those of invocations are even. */
  nextId(): number {
    do this.#lastId = (this.#lastId + 2) % 0x1_0000_0000
    while (this.#open.has(this.#lastId))
    return this.#lastId
  }

  /** Begins a call. */
  begin(call: WireCall): void {
    const waiting = call.isStream ? this.#waitingStreams : this.#waiting
    if (waiting.length > 0 || !this.#fits(call)) waiting.push(call)
    else this.#send(call)
  }

  /** Forgets a call whose caller waits no more, and tells the host. */
  cancel(call: WireCall): void {
    const waiting = call.isStream ? this.#waitingStreams : this.#waiting
    const at = waiting.indexOf(call)
    if (at >= 0) waiting.splice(at, 1)
    else if (this.#open.has(call.id)) this.#connection.send(frameType.cancelCall, call.id)
  }

  /** Settles the calls of an invocation that was aborted: nobody waits for their answers. */
  abort(name: WorkspaceId, reason: unknown): void {
    const waiting = this.#waiting.filter(({ workspace }) => workspace === name)
    this.#waiting = this.#waiting.filter(({ workspace }) => workspace !== name)
    for (const call of waiting) call.onAbort?.(reason, true)
    this.#tellSent()
    for (const call of this.#open.values()) {
      if (call.workspace === name) call.onAbort?.(reason, false)
    }
  }

  /** Takes what the host has sent for a call. What came too late for it is passed over. */
  handle(type: FrameType, id: number, payload: PayloadReader): void {
    const call = this.#open.get(id)
    if (call === undefined) return
    switch (type) {
      case frameType.result:
        if (!call.isStream) this.#end(call)
        call.onResult(payload)
        break
      case frameType.failure:
        this.#end(call)
        call.onFailure(readError(payload))
        break
      default:
        call.onFrame?.(type, payload)
    }
  }

  /** Ends a call with a stream. */
  endStream(call: WireCall): void {
    if (this.#open.get(call.id) === call) this.#end(call)
  }

  #end(call: WireCall): void {
    this.#open.delete(call.id)
    this.#bytes -= call.bytes
    if (call.isStream) this.#streams--
    this.#sendWaiting(this.#waiting)
    this.#sendWaiting(this.#waitingStreams)
    this.#tellSent()
  }

  #tellSent(): void {
    if (this.#onSent.length > 0) this.#onSent = this.#onSent.filter((told) => !told())
  }

  #sendWaiting(waiting: WireCall[]): void {
    for (let next = waiting[0]; next !== undefined && this.#fits(next); next = waiting[0]) {
      waiting.shift()
      this.#send(next)
    }
  }

  #fits({ bytes, isStream }: WireCall): boolean {
    if (isStream) return this.#streams < wireLimits.maxStreamsInFlight
    const calls = this.#open.size - this.#streams
    if (calls >= wireLimits.maxCallsInFlight) return false
    return calls === 0 || this.#bytes + bytes <= wireLimits.maxCallBytesInFlight
  }

  #send(call: WireCall): void {
    const token = this.#tokens.get(call.workspace)
    if (token === undefined) {
      call.onFailure(
        new HoldfastError('INVOCATION_CLOSED', 'The invocation that this call belongs to is over.'),
      )
      return
    }
    this.#open.set(call.id, call)
    this.#bytes += call.bytes
    if (call.isStream) this.#streams++
    const frame = this.#connection.begin(call.type, call.id)
    frame.raw(token, true).f64(call.deadlineAt)
    call.write(frame)
    frame.end()
  }
}
