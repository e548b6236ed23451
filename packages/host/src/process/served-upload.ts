import { HoldfastError } from '@holdfast/core'
import { readError } from '../wire/error-codec.ts'
import { frameType } from '../wire/frame-type.ts'
import { IncomingBody } from '../wire/incoming-body.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { readStore, readStreamPut } from '../wire/storage-codec.ts'
import type { ServedStream, StreamCall } from './served-stream.ts'

/** Writes a value from a stream that the plugin sends as fast as the driver takes it. */
export function servedUpload(call: StreamCall, payload: PayloadReader): ServedStream {
  const { connection, driver, id, invocation } = call
  const scope = { ...invocation.scope, store: readStore(payload) }
  const put = readStreamPut(payload)
  const body = new IncomingBody(connection, id, () => undefined)

  const write = async (): Promise<void> => {
    await driver.writeStream(scope, { ...put, quota: invocation.quota, body }, call.options)
    connection.send(frameType.result, id)
    call.end()
  }
  write().catch(call.fail)

  return {
    handle(type, frame) {
      // The piece belongs to the frame, and the driver takes it later.
      if (type === frameType.data) body.push(new Uint8Array(frame.rest()))
      else if (type === frameType.end) body.end()
      else if (type === frameType.bodyFailed) body.fail(readError(frame))
      else throw new ProtocolError(`a frame of the type ${type} for a value on its way in`)
    },
    cancel() {
      call.cancel()
      // Nothing more comes, also where the process is gone.
      body.fail(new HoldfastError('ABORTED', 'The upload was cancelled.'))
    },
  }
}
