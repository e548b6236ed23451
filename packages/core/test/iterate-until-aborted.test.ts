import { getEventListeners } from 'node:events'
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

  test('is not begun when the signal has aborted before', async () => {
    const begin = vi.fn<() => AsyncIterator<string>>()
    const items = iterateUntilAborted({ [Symbol.asyncIterator]: begin }, AbortSignal.abort(reason))
    expect(await rejection(items.next())).toBe(reason)
    expect(begin).not.toHaveBeenCalled()
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
  const next = async (): Promise<IteratorResult<string>> => {
    const value = left.shift()
    return value === undefined ? await last() : { done: false, value }
  }
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({ next, return: returned }),
  }
  return { source, returned }
}
