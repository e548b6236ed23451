import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { iterateUntilAborted } from '../src/index.ts'
import { rejection } from './caught.ts'

const reason = new Error('enough')

describe('a source that is iterated until a signal aborts', () => {
  test('gives its items in order, to its end', async () => {
    const { source, returned } = scriptSource(['a', 'b'])
    const items = iterateUntilAborted(source, new AbortController().signal)
    expect(await Array.fromAsync(items)).toEqual(['a', 'b'])
    expect(returned).not.toHaveBeenCalled()
  })

  test('is told to return, and asked for nothing, when the signal has aborted before', async () => {
    const { source, asked, returned } = scriptSource(['a'])
    const items = iterateUntilAborted(source, AbortSignal.abort(reason))
    expect(returned).toHaveBeenCalledTimes(1)
    expect(await rejection(items.next())).toBe(reason)
    expect(asked).not.toHaveBeenCalled()
  })

  test('is told to return when the signal aborts before anything was read', async () => {
    const { source, asked, returned } = scriptSource(['a'])
    const controller = new AbortController()
    const items = iterateUntilAborted(source, controller.signal)
    controller.abort(reason)
    expect(returned).toHaveBeenCalledTimes(1)
    expect(await rejection(items.next())).toBe(reason)
    expect(asked).not.toHaveBeenCalled()
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['returns', (items: AsyncGenerator<string>) => items.return(undefined)],
    ['throws', (items: AsyncGenerator<string>) => items.throw(reason).catch(() => undefined)],
    ['is disposed of', (items: AsyncGenerator<string>) => items[Symbol.asyncDispose]()],
  ])('is told to return, once, when its reader %s before anything was read', async (_how, end) => {
    const { source, returned } = scriptSource(['a'])
    const controller = new AbortController()
    const items = iterateUntilAborted(source, controller.signal)
    await end(items)
    expect(returned).toHaveBeenCalledTimes(1)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await end(items)
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('is destroyed unread where it is a stream of Node', async () => {
    const source = Readable.from(['a'])
    await iterateUntilAborted(source, new AbortController().signal).return()
    await new Promise((resolve) => source.once('close', resolve))
    expect(source.destroyed).toBe(true)
  })

  test('is left behind while it hangs, though it hangs when told to return, too', async () => {
    const { source, returned } = scriptSource([], () => new Promise(() => {}))
    const controller = new AbortController()
    const next = rejection(iterateUntilAborted(source, controller.signal).next())
    controller.abort(reason)
    expect(await next).toBe(reason)
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('gives nothing more once the signal has aborted between two items', async () => {
    const { source, returned } = scriptSource(['a', 'b'])
    const controller = new AbortController()
    const items = iterateUntilAborted(source, controller.signal)
    expect(await items.next()).toEqual({ done: false, value: 'a' })
    controller.abort(reason)
    expect(returned, 'at once, for nobody may ask again').toHaveBeenCalledTimes(1)
    expect(await rejection(items.next())).toBe(reason)
    expect(await items.next()).toEqual({ done: true, value: undefined })
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('is told to return when its reader stops early', async () => {
    const { source, returned } = scriptSource(['a', 'b'])
    for await (const item of iterateUntilAborted(source, new AbortController().signal)) {
      expect(item).toBe('a')
      break
    }
    expect(returned).toHaveBeenCalledTimes(1)
  })

  test('is not told to return when it has failed by itself', async () => {
    const failure = new Error('broken')
    const { source, returned } = scriptSource(['a'], () => Promise.reject(failure))
    const items = iterateUntilAborted(source, new AbortController().signal)
    await items.next()
    expect(await rejection(items.next())).toBe(failure)
    expect(returned).not.toHaveBeenCalled()
  })

  test('may fail to return: nobody hears of it', async () => {
    const { source, returned } = scriptSource(['a'])
    returned.mockRejectedValue(new Error('cannot return'))
    const items = iterateUntilAborted(source, new AbortController().signal)
    await items.next()
    expect(await items.return()).toEqual({ done: true, value: undefined })
  })

  test('may fail after it was left behind: nobody hears of it', async () => {
    const { promise, reject } = Promise.withResolvers<never>()
    const { source } = scriptSource([], () => promise)
    const controller = new AbortController()
    const next = rejection(iterateUntilAborted(source, controller.signal).next())
    controller.abort(reason)
    expect(await next).toBe(reason)
    reject(new Error('too late'))
  })

  test.each([
    ['its end', (items: AsyncGenerator<string>) => Array.fromAsync(items)],
    ['its reader has gone', (items: AsyncGenerator<string>) => items.return(undefined)],
  ])('leaves no listener on the signal after %s', async (_when, finish) => {
    const { signal } = new AbortController()
    const items = iterateUntilAborted(scriptSource(['a', 'b']).source, signal)
    await items.next()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await finish(items)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

/** A source of items that says whether it was told to return. By default it ends after them. */
function scriptSource(
  items: readonly string[],
  last: () => Promise<IteratorResult<string>> = async () => ({ done: true, value: undefined }),
) {
  const left = [...items]
  const hanging = new Promise<IteratorResult<string>>(() => {})
  const returned = vi.fn<() => Promise<IteratorResult<string>>>(() => hanging)
  const asked = vi.fn<() => Promise<IteratorResult<string>>>(async () => {
    const value = left.shift()
    return value === undefined ? await last() : { done: false, value }
  })
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({ next: asked, return: returned }),
  }
  return { source, asked, returned }
}
