import { bodyFailed, type StoreName, type StreamPut } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { frameType } from '../wire/frame-type.ts'
import { OutgoingBody } from '../wire/outgoing-body.ts'
import { writeStreamPut } from '../wire/storage-codec.ts'
import type { CallRequest, OpenCall, WireCalls } from './wire-calls.ts'

/** Writes a value from a stream, as fast as the host takes it. */
export function sendUpload(
  connection: Connection,
  calls: WireCalls,
  request: CallRequest,
  store: StoreName,
  put: StreamPut,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const id = calls.nextId()
    const body = new OutgoingBody(connection, id, put.body, (error) =>
      bodyFailed(put.key, error, 'driver.writeStream'),
    )
    let failure: Error | null = null
    const end = (): void => {
      calls.endStream(call)
      body.stop()
    }
    const call: OpenCall = {
      id,
      onResult() {
        resolve()
        end()
      },
      onFailure(error) {
        // Where the body failed, the host says so in words; here is the error itself.
        reject(failure ?? error)
        end()
      },
      onFrame(type, payload) {
        if (type === frameType.credit) body.grant(payload.u32())
        else if (type === frameType.stop) body.stop()
      },
    }
    signal?.addEventListener(
      'abort',
      () => {
        calls.cancel(call)
        body.stop()
      },
      { once: true },
    )
    calls.begin(call, { ...request, write: (to) => writeStreamPut(to, store, put) })
    void body.send().then((error) => (failure = error as Error | null))
  })
}
