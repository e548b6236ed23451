import { bodyFailed, type CallOptions, type Scope, type StreamPut } from '@holdfast/core'
import type { Connection } from '../wire/connection.ts'
import { frameType } from '../wire/frame-type.ts'
import { OutgoingBody } from '../wire/outgoing-body.ts'
import { writeStreamPut } from '../wire/storage-codec.ts'
import { endedBy } from './ended-by.ts'
import type { WireCall, WireCalls } from './wire-calls.ts'

/** Writes a value from a stream, as fast as the host takes it. */
export function sendUpload(
  connection: Connection,
  calls: WireCalls,
  { workspace, store }: Scope,
  put: StreamPut,
  { signal, deadlineAt = 0 }: CallOptions = {},
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
    const call: WireCall = {
      id,
      type: frameType.writeStream,
      workspace,
      deadlineAt,
      isStream: true,
      bytes: 0,
      write: (to) => writeStreamPut(to, store, put),
      onResult() {
        resolve()
        end()
      },
      onFailure(error) {
        // Where the body failed, the host says so in words; here is the error itself.
        reject(failure ?? endedBy(error, signal))
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
    calls.begin(call)
    void body.send().then((error) => (failure = error as Error | null))
  })
}
