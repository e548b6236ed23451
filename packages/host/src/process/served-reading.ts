import { HoldfastError } from '@holdfast/core'
import { frameType } from '../wire/frame-type.ts'
import { OutgoingBody } from '../wire/outgoing-body.ts'
import type { PayloadReader } from '../wire/payload-reader.ts'
import { ProtocolError } from '../wire/protocol-error.ts'
import { readKey, readNumber, readStore, writeMetadata } from '../wire/storage-codec.ts'
import type { ServedStream, StreamCall } from './served-stream.ts'

/** Opens a value and sends it as far as the plugin asks for it. */
export function servedReading(call: StreamCall, payload: PayloadReader): ServedStream {
  const { connection, driver, id, invocation } = call
  const scope = { ...invocation.scope, store: readStore(payload) }
  const key = readKey(payload)
  const start = payload.f64()
  const end = payload.optional(readNumber)
  const range = start === 0 && end === null ? null : { start, end }
  let body: OutgoingBody | null = null

  const send = async (): Promise<void> => {
    const stream = await driver.readStream(scope, key, range, call.options)
    const frame = connection.begin(frameType.result, id)
    frame.optional(stream?.metadata ?? null, writeMetadata).end()
    if (stream !== null) {
      body = new OutgoingBody(connection, id, stream.body, streamFailure)
      await body.send()
    }
    call.end()
  }
  send().catch(call.fail)

  return {
    handle(type, frame) {
      if (type === frameType.credit) body?.grant(frame.u32())
      else if (type === frameType.stop) this.cancel()
      else throw new ProtocolError(`a frame of the type ${type} for a value on its way out`)
    },
    cancel() {
      body?.stop()
      call.cancel()
    },
  }
}

function streamFailure(cause: unknown): HoldfastError {
  return new HoldfastError('DRIVER_FAILURE', 'The driver failed in the middle of a stream.', {
    cause,
  })
}
