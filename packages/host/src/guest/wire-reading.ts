import { endableGenerator, type EntryStream, HoldfastError } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { readError } from '../wire/error-codec.ts'
import { frameType } from '../wire/frame-type.ts'
import { IncomingBody } from '../wire/incoming-body.ts'
import { readMetadata } from '../wire/storage-codec.ts'
import type { CallRequest, OpenCall, WireCalls } from './wire-calls.ts'

/** Opens a value as a stream that the host sends as it is read. */
export function openReading(
  connection: Connection,
  calls: WireCalls,
  request: CallRequest,
  signal: AbortSignal | undefined,
): Promise<EntryStream | null> {
  return new Promise((resolve, reject) => {
    const id = calls.nextId()
    const body = new IncomingBody(connection, id, () => calls.endStream(call))
    const onAbort = (): void => {
      calls.cancel(call)
      body.fail(
        new HoldfastError('ABORTED', 'The reading was cancelled.', { cause: signal?.reason }),
      )
    }
    const call: OpenCall = {
      id,
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
        reject(error)
        body.fail(error)
      },
      onFrame(type, payload) {
        if (type === frameType.data) body.push(new Uint8Array(payload.rest()))
        else if (type === frameType.end) body.end()
        else if (type === frameType.bodyFailed) body.fail(readError(payload))
      },
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    calls.begin(call, request)
  })
}

async function* readOut(body: IncomingBody): AsyncGenerator<Uint8Array, void> {
  yield* body
}
