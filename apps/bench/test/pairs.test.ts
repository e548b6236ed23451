import { expect, test } from 'vitest'
import { EchoPair } from '../src/host/echo-pair.ts'
import { IpcPair } from '../src/host/ipc-pair.ts'
import { smallValues } from '../src/host/plugin/values.ts'

const { signal } = new AbortController()
const milliseconds = 50

test.for([
  { requestBytes: 1_024, answerBytes: 1_024 },
  { requestBytes: 1_048_576, answerBytes: 1_048_576 },
  { requestBytes: 64, answerBytes: 1_048_576 },
])('bytes go there and back: %o', async (exchange) => {
  await using pair = new EchoPair(exchange, signal)
  const { calls } = await pair.measure({ milliseconds })
  expect(calls).toBeGreaterThan(0)
  // It can be told again.
  expect((await pair.measure({ milliseconds })).calls).toBeGreaterThan(0)
})

test('values go by way of fork, many at once', async () => {
  const asked = new Set<string>()
  const read = async (key: string): Promise<Uint8Array> => {
    asked.add(key)
    return new Uint8Array(smallValues.bytes)
  }
  await using pair = new IpcPair(read, signal)
  const { calls } = await pair.measure({ inFlight: 32, milliseconds })
  expect(calls).toBeGreaterThanOrEqual(32)
  expect(asked.size).toBeGreaterThan(1)
})

test('a round ends when its processes are told to', async () => {
  const controller = new AbortController()
  await using pair = new EchoPair({ requestBytes: 1, answerBytes: 1 }, controller.signal)
  const round = pair.measure({ milliseconds: 600_000 })
  controller.abort()
  await expect(round).rejects.toThrow('The process ended')
})
