import {
  type ByteRange,
  type CallOptions,
  endableGenerator,
  type EntryStream,
  HoldfastError,
  type Scope,
  type StorageKey,
} from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { readError } from '../wire/error-codec.ts'
import { frameType } from '../wire/frame-type.ts'
import { IncomingBody } from '../wire/incoming-body.ts'
import { readMetadata, writeNumber, writeStore } from '../wire/storage-codec.ts'
import { endedBy } from './ended-by.ts'
import type { WireCall, WireCalls } from './wire-calls.ts'

/** What is to be read. */
export interface Reading {
  readonly scope: Scope
  readonly key: StorageKey
  readonly range: ByteRange | null
}

/** Opens a value as a stream that the host sends as it is read. */
export function openReading(
  connection: Connection,
  calls: WireCalls,
  { scope, key, range }: Reading,
  { signal, deadlineAt = 0 }: CallOptions = {},
): Promise<EntryStream | null> {
  return new Promise((resolve, reject) => {
    const id = calls.nextId()
    const body = new IncomingBody(connection, id, () => calls.endStream(call))
    const call: WireCall = {
      id,
      type: frameType.readStream,
      workspace: scope.workspace,
      deadlineAt,
      isStream: true,
      bytes: 0,
      write(to) {
        writeStore(to, scope.store)
        to.text(key)
          .f64(range?.start ?? 0)
          .optional(range?.end ?? null, writeNumber)
      },
      onResult(result) {
        const metadata = result.optional(readMetadata)
        if (metadata === null) {
          body.end()
          resolve(null)
        } else {
          resolve({ metadata, body: endableGenerator(readOut(body), () => void body.return()) })
        }
      },
      onFailure(error) {
        reject(endedBy(error, signal))
        body.fail(error)
      },
      onFrame(type, payload) {
        if (type === frameType.data) body.push(new Uint8Array(payload.rest()))
        else if (type === frameType.end) body.end()
        else if (type === frameType.bodyFailed) body.fail(readError(payload))
      },
    }
    signal?.addEventListener(
      'abort',
      () => {
        calls.cancel(call)
        const reason: unknown = signal.reason
        body.fail(new HoldfastError('ABORTED', 'The reading was cancelled.', { cause: reason }))
      },
      { once: true },
    )
    calls.begin(call)
  })
}

async function* readOut(body: IncomingBody): AsyncGenerator<Uint8Array, void> {
  yield* body
}
