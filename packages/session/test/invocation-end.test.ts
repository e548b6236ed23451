import {
  attempt_store,
  definePlugin,
  persistent_store,
  type Session,
  Tool,
} from '@holdfast/session'
import { runTool } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { makeContext, openDriver } from './make-context.ts'
import { storeCalls } from './store-calls.ts'
import { decode, encode } from './text.ts'

describe('after the end of its invocation', () => {
  test('everything that was kept of it rejects with INVOCATION_CLOSED', async () => {
    const kept: Session[] = []
    await invoke((session) => void kept.push(session))
    const [session] = kept
    if (session === undefined) throw new Error('The tool did not run.')
    for (const call of Object.values(storeCalls(session.storage, encode('v')))) {
      const error = await caught(call())
      expect(error.code).toBe('INVOCATION_CLOSED')
      expect(error.message).toContain('session.storage')
    }
  })

  test('what it left behind rejects with INVOCATION_CLOSED, also inside the next one', async () => {
    const gate = Promise.withResolvers<void>()
    const outcomes: Promise<unknown>[] = []
    await invoke((session) => {
      const calls = [
        ...Object.values(storeCalls(persistent_store, 1)),
        ...Object.values(storeCalls(session.storage, encode('v'))),
        () => attempt_store.get('k'),
        () => attempt_store.set('k', 1),
      ]
      for (const call of calls) outcomes.push(caught(gate.promise.then(call)))
    })
    await invoke(async () => {
      gate.resolve()
      for (const error of await Promise.all(outcomes)) {
        expect(error).toMatchObject({ code: 'INVOCATION_CLOSED' })
      }
      expect(await persistent_store.get('k')).toBeUndefined()
    })
    expect(outcomes).toHaveLength(29)
  })

  test('a timer that it left behind reaches no store', async () => {
    const outcome = Promise.withResolvers<unknown>()
    await invoke(() => {
      setTimeout(() => outcome.resolve(caught(persistent_store.get('k'))), 0)
    })
    expect(await outcome.promise).toMatchObject({ code: 'INVOCATION_CLOSED' })
  })

  test('an update that it left behind writes no more', async () => {
    const driver = await openDriver()
    const gate = Promise.withResolvers<void>()
    const outcomes: Promise<unknown>[] = []
    class Leave extends Tool {
      async invoke() {
        const entered = Promise.withResolvers<void>()
        const updating = persistent_store.update('k', async () => {
          entered.resolve()
          await gate.promise
          return 1
        })
        outcomes.push(caught(updating))
        await entered.promise
      }
    }
    const plugin = definePlugin({ tools: { leave: Leave } })
    await Array.fromAsync(runTool(plugin, 'leave', {}, await makeContext({ driver })))
    gate.resolve()
    expect(await outcomes[0]).toMatchObject({ code: 'INVOCATION_CLOSED' })
    const { entries } = await (
      await makeContext({ driver })
    ).storage.list('persistent_store', {
      prefix: '',
      cursor: null,
      limit: 1,
      keysOnly: true,
    })
    expect(entries).toEqual([])
  })

  test('a session used inside another invocation is closed all the same', async () => {
    const kept: Session[] = []
    await invoke((session) => void kept.push(session))
    await invoke(async (session) => {
      await session.storage.set('k', encode('mine'))
      expect(await caught(kept[0]?.storage.get('k') ?? Promise.resolve())).toMatchObject({
        code: 'INVOCATION_CLOSED',
      })
      expect(decode(await session.storage.get('k'))).toBe('mine')
    })
  })
})

describe('after its signal has aborted', () => {
  test('the stores reject with ABORTED, and nothing is written', async () => {
    const controller = new AbortController()
    const reason = new Error('The client is gone.')
    const codes: string[] = []
    class Work extends Tool {
      async invoke() {
        await this.session.storage.set('before', encode('v'))
        controller.abort(reason)
        const all = { ...storeCalls(persistent_store, 1) }
        for (const call of [
          ...Object.values(all),
          ...Object.values(storeCalls(this.session.storage, encode('v'))),
        ]) {
          const error = await caught(call())
          codes.push(error.code)
          expect(error.cause).toBe(reason)
        }
        attempt_store.set('k', 1)
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { work: Work } }))
    await plugin.run('work', {}, { signal: controller.signal })
    expect(codes).toEqual(Array(27).fill('ABORTED'))
    expect(await Array.fromAsync(plugin.storage.keys())).toEqual(['before'])
    expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
  })

  test('a call that the store is busy with ends', async () => {
    const driver = await openDriver()
    const controller = new AbortController()
    const context = await makeContext({ driver, signal: controller.signal })
    const signals: (AbortSignal | undefined)[] = []
    const storage = {
      ...context.storage,
      get: (...[, , options]: Parameters<typeof context.storage.get>) => {
        signals.push(options?.signal)
        return new Promise<never>((_resolve, reject) => {
          options?.signal?.addEventListener('abort', () =>
            reject(new Error('The driver heard it.')),
          )
          controller.abort()
        })
      },
    }
    class Read extends Tool {
      async invoke() {
        await persistent_store.get('k')
      }
    }
    const running = Array.fromAsync(
      runTool(definePlugin({ tools: { read: Read } }), 'read', {}, { ...context, storage }),
    )
    await expect(running).rejects.toThrow('The driver heard it.')
    expect(signals).toEqual([controller.signal])
  })
})
