import {
  attempt_store,
  definePlugin,
  type PersistentStore,
  persistent_store,
  type Session,
  type SessionStorage,
  Tool,
} from '@holdfast/session'
import { runTool } from '@holdfast/session/runtime'
import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import { caught, thrown } from './caught.ts'
import { makeContext, openDriver } from './make-context.ts'
import { decode, encode } from './text.ts'

/** Each method of a store, with arguments that would do. */
function calls(store: SessionStorage | PersistentStore, value: unknown) {
  const any = store as PersistentStore
  return {
    get: () => any.get('k'),
    getEntry: () => any.getEntry('k'),
    exists: () => any.exists('k'),
    getMany: () => any.getMany([]),
    set: () => any.set('k', value as never),
    setMany: () => any.setMany([]),
    delete: () => any.delete('k'),
    deleteMany: () => any.deleteMany([]),
    update: () => any.update('k', () => value as never),
    list: () => any.list(),
    keys: () => any.keys().next(),
  }
}

/** Runs a function as a tool. */
function invoke(work: (session: Session) => unknown, signal?: AbortSignal): Promise<unknown> {
  class Work extends Tool {
    async *invoke() {
      await work(this.session)
    }
  }
  const plugin = testPlugin(definePlugin({ tools: { work: Work } }))
  return plugin.run('work', {}, signal === undefined ? {} : { signal })
}

describe('the session', () => {
  test('tells who it runs for, and cannot be changed', async () => {
    const seen: Session[] = []
    class Look extends Tool {
      async invoke() {
        seen.push(this.session)
      }
    }
    const controller = new AbortController()
    const context = await makeContext({ invocationId: 'i7', attempt: 3, signal: controller.signal })
    await Array.fromAsync(runTool(definePlugin({ tools: { look: Look } }), 'look', {}, context))
    const [session] = seen
    expect(session).toMatchObject({
      workspace: 'acme',
      plugin: { id: 'notes', version: '1.2.3' },
      invocationId: 'i7',
      attempt: 3,
    })
    expect(session?.signal).toBe(controller.signal)
    expect(Object.isFrozen(session)).toBe(true)
    expect(Object.isFrozen(session?.storage)).toBe(true)
  })

  test('has the stores that the package exports, which cannot be changed', async () => {
    await invoke((session) => {
      expect(session.persistent_store).toBe(persistent_store)
      expect(session.attempt_store).toBe(attempt_store)
    })
    expect(Object.isFrozen(persistent_store)).toBe(true)
    expect(Object.isFrozen(attempt_store)).toBe(true)
  })

  test('is not there yet in a constructor or in the initialiser of a field', async () => {
    class Early extends Tool {
      readonly workspace = this.session.workspace
      async invoke() {}
    }
    class Constructing extends Tool {
      constructor() {
        super()
        void this.session
      }
      async invoke() {}
    }
    const plugin = testPlugin(definePlugin({ tools: { early: Early, constructing: Constructing } }))
    for (const tool of ['early', 'constructing']) {
      const error = await caught(plugin.run(tool))
      expect(error).toMatchObject({ code: 'NO_INVOCATION' })
      expect(error.message).toContain('invoke()')
    }
  })

  test('is one of its own for each invocation, as is the tool', async () => {
    const tools = new Set<Tool>()
    const sessions = new Set<Session>()
    class Look extends Tool {
      count = 0
      async *invoke() {
        tools.add(this)
        sessions.add(this.session)
        yield this.json(++this.count)
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { look: Look } }))
    expect(await plugin.run('look')).toEqual([{ type: 'json', value: 1 }])
    expect(await plugin.run('look')).toEqual([{ type: 'json', value: 1 }])
    expect(tools.size).toBe(2)
    expect(sessions.size).toBe(2)
  })
})

describe('outside an invocation', () => {
  test.each(Object.entries(calls(persistent_store, 1)))(
    'persistent_store.%s rejects with NO_INVOCATION and says how to use it',
    async (_name, call) => {
      const error = await caught(call())
      expect(error.code).toBe('NO_INVOCATION')
      expect(error.message).toContain('persistent_store')
      expect(error.message).toContain('invoke()')
      expect(error.message).toContain('testPlugin')
    },
  )

  test('attempt_store throws NO_INVOCATION', async () => {
    for (const call of [
      () => attempt_store.get('k'),
      () => attempt_store.set('k', 1),
      () => attempt_store.delete('k'),
      () => attempt_store.has('k'),
    ]) {
      expect(await thrown(call)).toMatchObject({ code: 'NO_INVOCATION' })
    }
  })

  test('means also: in the code that reads the messages of a tool', async () => {
    class Speak extends Tool {
      async *invoke() {
        yield this.text('a')
        yield this.text('b')
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { speak: Speak } }))
    for await (const _message of plugin.stream('speak')) {
      expect(await caught(persistent_store.get('k'))).toMatchObject({ code: 'NO_INVOCATION' })
    }
  })
})

describe('inside an invocation', () => {
  test('persistent_store is found from any function, after any await', async () => {
    const remember = async (value: string): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      await persistent_store.set('k', value)
    }
    await invoke(async () => {
      await Promise.all([remember('a')])
      await new Promise<void>((resolve, reject) => {
        setTimeout(() => void remember('b').then(resolve, reject), 0)
      })
      expect(await persistent_store.get('k')).toBe('b')
    })
  })

  test('attempt_store keeps any value as it is, for this attempt alone', async () => {
    const value = new Map([[Symbol('s'), () => 1]])
    await invoke(async (session) => {
      expect(attempt_store.has('k')).toBe(false)
      attempt_store.set('k', value)
      await Promise.resolve()
      expect(session.attempt_store.get('k')).toBe(value)
      expect(attempt_store.has('k')).toBe(true)
      attempt_store.set('nothing', undefined)
      expect(attempt_store.has('nothing')).toBe(true)
      attempt_store.delete('k')
      attempt_store.delete('k')
      expect(attempt_store.get('k')).toBeUndefined()
      attempt_store.set('__proto__', 1)
      expect(attempt_store.get('__proto__')).toBe(1)
      expect(await thrown(() => attempt_store.get(5 as never))).toMatchObject({
        code: 'WRONG_TYPE',
      })
    })
    await invoke(() => {
      expect(attempt_store.has('nothing')).toBe(false)
    })
  })

  test('another attempt of the same invocation has an attempt_store of its own and the same data', async () => {
    class Try extends Tool {
      async *invoke() {
        const isFresh = !attempt_store.has('k')
        attempt_store.set('k', 1)
        yield this.json({
          attempt: this.session.attempt,
          isFresh,
          tries: await persistent_store.increment('tries'),
        })
      }
    }
    const plugin = testPlugin(definePlugin({ tools: { try: Try } }))
    await plugin.run('try')
    expect(await plugin.run('try', {}, { attempt: 2 })).toEqual([
      { type: 'json', value: { attempt: 2, isFresh: true, tries: 2 } },
    ])
  })
})

describe('after the end of its invocation', () => {
  test('everything that was kept of it rejects with INVOCATION_CLOSED', async () => {
    const kept: Session[] = []
    await invoke((session) => void kept.push(session))
    const [session] = kept
    if (session === undefined) throw new Error('The tool did not run.')
    for (const call of Object.values(calls(session.storage, encode('v')))) {
      const error = await caught(call())
      expect(error.code).toBe('INVOCATION_CLOSED')
      expect(error.message).toContain('session.storage')
    }
  })

  test('what it left behind rejects with INVOCATION_CLOSED, also inside the next one', async () => {
    const gate = Promise.withResolvers<void>()
    const outcomes: Promise<unknown>[] = []
    await invoke((session) => {
      const leave = (call: () => unknown): void => {
        outcomes.push(caught(gate.promise.then(call)))
      }
      for (const call of Object.values(calls(persistent_store, 1))) leave(call)
      for (const call of Object.values(calls(session.storage, encode('v')))) leave(call)
      leave(() => attempt_store.get('k'))
      leave(() => attempt_store.set('k', 1))
    })
    await invoke(async () => {
      gate.resolve()
      for (const error of await Promise.all(outcomes)) {
        expect(error).toMatchObject({ code: 'INVOCATION_CLOSED' })
      }
      expect(await persistent_store.get('k')).toBeUndefined()
    })
    expect(outcomes).toHaveLength(24)
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
        const all = { ...calls(persistent_store, 1) }
        for (const call of [
          ...Object.values(all),
          ...Object.values(calls(this.session.storage, encode('v'))),
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
    expect(codes).toEqual(Array(22).fill('ABORTED'))
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
