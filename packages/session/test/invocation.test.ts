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
import { caught, thrown } from './caught.ts'
import { invoke } from './invoke.ts'
import { makeContext } from './make-context.ts'
import { storeCalls } from './store-calls.ts'

/** A function of a plugin that is no method of a tool. */
async function remember(value: string): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await persistent_store.set('k', value)
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
    const { signal } = controller
    const context = {
      ...(await makeContext({ invocationId: 'i7', attempt: 3, signal })),
      clock: () => 42,
    }
    await Array.fromAsync(runTool(definePlugin({ tools: { look: Look } }), 'look', {}, context))
    const [session] = seen
    expect(session).toMatchObject({
      workspace: 'acme',
      plugin: { id: 'notes', version: '1.2.3' },
      invocationId: 'i7',
      attempt: 3,
    })
    expect(session?.signal).toBe(signal)
    expect(session?.now()).toBe(42)
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
  test.each(Object.entries(storeCalls(persistent_store, 1)))(
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
    for await (const message of plugin.stream('speak')) {
      expect(message.type).toBe('text')
      expect(await caught(persistent_store.get('k'))).toMatchObject({ code: 'NO_INVOCATION' })
    }
  })
})

describe('inside an invocation', () => {
  test('persistent_store is found from any function, after any await', async () => {
    await invoke(async () => {
      await remember('a')
      expect(await persistent_store.get('k')).toBe('a')
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
