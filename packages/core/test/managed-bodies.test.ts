import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import {
  type CallOptions,
  type Capabilities,
  type EntryStream,
  manageDriver,
  type StorageDriver,
  type StreamPut,
} from '../src/index.ts'
import { rejection } from './caught.ts'
import { key, scope, scriptDriver, streamPut } from './script-driver.ts'

describe('a body on its way in is told to end', () => {
  test.each<[string, Partial<StreamPut>, CallOptions, Partial<Capabilities>]>([
    ['ABORTED', {}, { signal: AbortSignal.abort() }, {}],
    ['DEADLINE_EXCEEDED', {}, { deadlineAt: 1 }, {}],
    ['INVALID_ARGUMENT', { expiresAt: 0.5 }, {}, {}],
    ['UNSUPPORTED', {}, {}, { maxStreamBytes: 0 }],
  ])('when its call is refused with %s', async (code, put, options, capabilities) => {
    const inner = scriptDriver({
      capabilities: { ...scriptDriver().capabilities, ...capabilities },
    })
    await using driver = manageDriver(inner)
    await driver.open()
    const { body, returned } = heldBody()
    const refused = rejection(driver.writeStream(scope, { ...streamPut(), ...put, body }, options))
    expect(await refused).toMatchObject({ code })
    expect(inner.writeStream).not.toHaveBeenCalled()
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('when the driver is not open, or closed', async () => {
    const driver = manageDriver(scriptDriver())
    for (const code of ['DRIVER_NOT_OPEN', 'DRIVER_CLOSED']) {
      const { body, returned } = heldBody()
      const refused = rejection(driver.writeStream(scope, { ...streamPut(), body }))
      expect(await refused).toMatchObject({ code })
      expect(returned).toHaveBeenCalledTimes(1)
      await driver.close()
    }
  })

  test('when the driver refuses it, though it has not asked for a piece', async () => {
    const failure = new Error('no room')
    await using driver = manageDriver(scriptDriver({ writeStream: () => Promise.reject(failure) }))
    await driver.open()
    const { body, returned } = heldBody()
    await rejection(driver.writeStream(scope, { ...streamPut(), body }))
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('by close, which does not wait for it', async () => {
    const inner = scriptDriver({ writeStream: readAll })
    const driver = manageDriver(inner)
    await driver.open()
    const { body, returned } = heldBody()
    const upload = rejection(driver.writeStream(scope, { ...streamPut(), body }))
    await vi.waitUntil(() => inner.writeStream.mock.calls.length > 0)
    await driver.close()
    expect(await upload).toMatchObject({ code: 'DRIVER_CLOSED', operation: 'driver.writeStream' })
    expect(returned).toHaveBeenCalledTimes(1)
  })
})

test('close waits for an upload whose body has ended', async () => {
  const ended = Promise.withResolvers<undefined>()
  const stored = Promise.withResolvers<undefined>()
  const inner = scriptDriver({
    writeStream: async (_scope, { body }) => {
      await Array.fromAsync(body)
      ended.resolve(undefined)
      await stored.promise
    },
  })
  const driver = manageDriver(inner)
  await driver.open()
  const upload = driver.writeStream(scope, streamPut())
  await ended.promise
  const closed = driver.close()
  await Promise.resolve()
  expect(inner.close).not.toHaveBeenCalled()
  stored.resolve(undefined)
  await upload
  await closed
  expect(inner.close).toHaveBeenCalledTimes(1)
})

describe('a body on its way out is told to end', () => {
  test.each<[string, (stream: EntryStream) => Promise<unknown>]>([
    ['returns before the first piece', ({ body }) => iterator(body).return()],
    ['is a web stream that is cancelled unread', ({ body }) => ReadableStream.from(body).cancel()],
  ])('when its reader %s', async (_how, end) => {
    const { driver, returned, opened } = await reading()
    await end(await opened())
    expect(returned).toHaveBeenCalledTimes(1)
    await driver.close()
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('by close, when it is not read', async () => {
    const { driver, returned, opened } = await reading()
    const { body } = await opened()
    await driver.close()
    expect(returned).toHaveBeenCalledTimes(1)
    expect(await rejection(Array.fromAsync(body))).toMatchObject({
      code: 'DRIVER_CLOSED',
      operation: 'driver.readStream',
    })
  })

  test('when it comes after its caller has gone', async () => {
    const late = Promise.withResolvers<EntryStream>()
    const { body, returned } = heldBody()
    const inner = scriptDriver({ readStream: () => late.promise })
    await using driver = manageDriver(inner)
    await driver.open()
    const controller = new AbortController()
    const { signal } = controller
    const opening = rejection(driver.readStream(scope, key, null, { signal }))
    controller.abort()
    await opening
    late.resolve(entryStream(body))
    await vi.waitUntil(() => returned.mock.calls.length > 0)
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('when it is dropped, sooner or later', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { driver, returned, opened } = await reading()
    await opened()
    await vi.waitUntil(() => {
      collect()
      return returned.mock.calls.length > 0
    })
    expect(returned).toHaveBeenCalledTimes(1)
    await driver.close()
  })
})

test('a body that has been read is garbage, and so is who read it', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Not by a mock, which would remember the signal of the call and with it all the rest.
  const inner: StorageDriver = {
    ...scriptDriver(),
    readStream: async () => entryStream(new Blob(['value']).stream()),
  }
  const driver = manageDriver(inner)
  await driver.open()
  const read = async (): Promise<WeakRef<object>> => {
    const stream = await driver.readStream(scope, key, null)
    const pieces = iterator(stream?.body ?? new ReadableStream())
    // The error that ends the body has this function in its stack, and with it the body.
    const pull = async (): Promise<boolean> => (await pieces.next()).done !== true
    while (await pull());
    return new WeakRef(pieces)
  }
  const body = await read()
  // An expectation that fails would hold on to it.
  await vi.waitUntil(() => {
    collect()
    return body.deref() === undefined
  })
  expect(body.deref()).toBeUndefined()
  await driver.close()
})

test('what has ended leaves no listener on the signal of its call', async () => {
  const { signal } = new AbortController()
  const { driver, opened } = await reading({ watch: twoItems, writeStream: readAll })
  const listeners = (): number => getEventListeners(signal, 'abort').length

  const stream = await opened({ signal })
  expect(listeners()).toBe(1)
  await iterator(stream.body).return()
  expect(listeners()).toBe(0)

  for await (const _ of driver.watch(scope, [key], { signal })) {
    expect(listeners()).toBe(1)
    break
  }
  expect(listeners()).toBe(0)

  await driver.writeStream(scope, streamPut(), { signal })
  expect(listeners()).toBe(0)
  await driver.close()
})

test('what has ended leaves nothing to be told by close', async () => {
  const added = vi.spyOn(AbortSignal.prototype, 'addEventListener')
  const removed = vi.spyOn(AbortSignal.prototype, 'removeEventListener')
  const { driver, opened } = await reading({ watch: twoItems })
  const stream = await opened()
  await iterator(stream.body).return()
  for await (const _ of driver.watch(scope, [key])) break
  const listening = new Map<unknown, AbortSignal>()
  for (const [index, [, listener]] of added.mock.calls.entries()) {
    listening.set(listener, added.mock.contexts[index] as AbortSignal)
  }
  for (const [, listener] of removed.mock.calls) listening.delete(listener)
  vi.restoreAllMocks()
  expect([...listening.values()].filter((signal) => !signal.aborted)).toEqual([])
  await driver.close()
})

/** A driver that gives one body after the other, which says whether it was told to end. */
async function reading(script: Partial<StorageDriver> = {}) {
  const { body, returned } = heldBody()
  const inner = scriptDriver({ ...script, readStream: async () => entryStream(body) })
  const driver = manageDriver(inner)
  await driver.open()
  const opened = async (options?: CallOptions): Promise<EntryStream> => {
    const stream = await driver.readStream(scope, key, null, options)
    if (stream === null) throw new Error('The driver was to give a stream.')
    return stream
  }
  return { driver, returned, opened }
}

/** A body that gives nothing and never ends by itself. */
function heldBody() {
  const ended = Promise.withResolvers<IteratorResult<Uint8Array>>()
  const returned = vi.fn<() => Promise<IteratorResult<Uint8Array>>>(() => {
    ended.resolve({ done: true, value: undefined })
    return ended.promise
  })
  const body: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({ next: () => ended.promise, return: returned }),
  }
  return { body, returned }
}

function entryStream(body: AsyncIterable<Uint8Array>): EntryStream {
  const { version, expiresAt, contentType } = streamPut()
  const metadata = { key, version, expiresAt, contentType, size: 1, createdAt: 0, updatedAt: 0 }
  return { metadata, body }
}

/** The iterator of a body, of which a reader may rely on `return`. */
function iterator(body: AsyncIterable<Uint8Array>): Required<AsyncIterator<Uint8Array>> {
  return body[Symbol.asyncIterator]() as Required<AsyncIterator<Uint8Array>>
}

async function readAll(_scope: unknown, { body }: StreamPut): Promise<void> {
  await Array.fromAsync(body)
}

async function* twoItems(): AsyncGenerator<readonly null[]> {
  yield [null]
  yield [null]
}
