import { describeBytes, describeKey, describeScope } from './describe-answer.ts'
import type { Perform } from './model-step.ts'

/** Opens a stream, and reads it, unless it is held for later. */
export const performReadStream: Perform<'read a stream'> = async (action, driver, world) => {
  const { scope, key, range, isHeld } = action
  const part = range === null ? '' : ` from ${range.start} to ${range.end ?? 'the end'}`
  const title = `${describeKey(key)} of ${describeScope(scope)}${part}`
  const entry = world.model.find(scope, key)
  const value = entry?.value.slice(range?.start ?? 0, range?.end ?? undefined)
  const described = (metadata: string, bytes: string): string =>
    isHeld ? metadata : `${metadata}, ${bytes}`
  const got = await world.ask(
    async () => {
      const stream = await driver.readStream(scope, key, range)
      if (stream === null) return 'nothing'
      const body = stream.body[Symbol.asyncIterator]()
      const metadata = world.describe.metadata(stream.metadata)
      if (!isHeld) return described(metadata, await readAll(body))
      if (value !== undefined) world.readings.push({ body, title, expected: value })
      return metadata
    },
    (answer) => answer,
  )
  return {
    kind: 'read a stream',
    title: `${isHeld ? 'open' : 'read'} the stream of ${title}`,
    expected:
      entry === null || value === undefined
        ? 'nothing'
        : described(world.describe.metadata(entry), describeBytes(value)),
    got,
  }
}

/** Reads a stream that was opened before, whatever has happened since. */
export const performGoOnReading: Perform<'go on reading'> = async ({ reading }, _driver, world) => {
  const [held] = world.readings.splice(reading % (world.readings.length || 1), 1)
  if (held === undefined) return null
  return {
    kind: 'go on reading',
    title: `read the stream that was opened of ${held.title}`,
    expected: describeBytes(held.expected),
    got: await world.ask(
      () => readAll(held.body),
      (answer) => answer,
    ),
  }
}

/** Says what a body gives. Its pieces are written over in the end, as their receiver may. */
async function readAll(body: AsyncIterator<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for (let next = await body.next(); next.done !== true; next = await body.next()) {
    if (next.value.constructor !== Uint8Array) return `a piece: ${describeBytes(next.value)}`
    pieces.push(next.value)
  }
  const described = describeBytes(new Uint8Array(Buffer.concat(pieces)))
  for (const piece of pieces) piece.fill(0xee)
  return described
}
