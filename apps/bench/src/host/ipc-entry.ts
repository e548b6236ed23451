// The program of the process that ipc-pair.ts starts.
import type { IpcRequest, IpcResponse } from './ipc-pair.ts'
import { randomKey, smallValues } from './plugin/values.ts'
import { serveRounds } from './serve-rounds.ts'

const waiting = new Map<number, (value: string) => void>()
const state = { lastId: 0 }

process.on('message', (message: unknown) => {
  if (!isResponse(message)) return
  waiting.get(message.id)?.(message.value)
  waiting.delete(message.id)
})

serveRounds(async () => {
  state.lastId += 1
  const { promise, resolve } = Promise.withResolvers<string>()
  waiting.set(state.lastId, resolve)
  const key = randomKey(smallValues)
  process.send?.({ id: state.lastId, key } satisfies IpcRequest)
  const value = Buffer.from(await promise, 'base64')
  if (value.length !== smallValues.bytes) {
    throw new Error(`The value has ${value.length} bytes.`)
  }
})

function isResponse(message: unknown): message is IpcResponse {
  return typeof message === 'object' && message !== null && 'value' in message
}
