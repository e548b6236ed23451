import { parseStorageKey } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { grantsOf } from '../../src/index.ts'
import { failureOf, gone, isThere, openHost, readFixture, type WhoAmI } from './lifecycle-host.ts'

describe('a process', () => {
  test('serves invocation after invocation, and is not that of the host', async () => {
    const { ask } = await openHost()
    const first = (await ask('who-am-i')) as WhoAmI
    const second = (await ask('who-am-i')) as WhoAmI

    expect(first.pid).toBe(second.pid)
    expect(first.pid).not.toBe(process.pid)
    expect(first.workspace).toBe('acme')
  })

  test('has no environment but what was granted', async () => {
    const manifest = await readFixture()
    const environment = { GRANTED: 'yes' }
    const { ask } = await openHost({ grantsOf: () => grantsOf(manifest, { environment }) })
    const { environment: seen } = (await ask('who-am-i')) as WhoAmI
    expect(Object.fromEntries(seen)).toEqual(environment)
  })

  test('is ended with its host', async () => {
    const { ask, host } = await openHost()
    const { pid } = (await ask('who-am-i')) as WhoAmI
    await host.close()
    expect(isThere(pid)).toBe(false)
  })

  test('is ended when nobody calls, and another serves the next call', async () => {
    const { ask } = await openHost({ idleMs: 50 })
    const { pid } = (await ask('who-am-i')) as WhoAmI
    await gone(pid)
    expect(((await ask('who-am-i')) as WhoAmI).pid).not.toBe(pid)
  })

  test('is replaced after so many invocations, without any of them failing', async () => {
    const { ask } = await openHost({ recycleAfter: 3 })
    const pids: number[] = []
    for (let call = 0; call < 7; call++) pids.push(((await ask('who-am-i')) as WhoAmI).pid)
    expect(new Set(pids).size).toBe(3)
  })

  test('is started once for calls that come at once', async () => {
    const { ask } = await openHost()
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('who-am-i')))
    expect(new Set(answers.map((answer) => (answer as WhoAmI).pid)).size).toBe(1)
  })

  test('that holds more memory than its limit is ended, and its callers are told', async () => {
    const { ask, call } = await openHost({}, { memoryBytes: 134_217_728 })
    const beside = call('wait')
    await beside.next()
    await failureOf(ask('grow'))
    expect(await failureOf(beside.next())).toMatchObject({
      code: 'PLUGIN_OUT_OF_MEMORY',
      retryable: true,
    })
    expect(await ask('who-am-i')).toBeDefined()
  })
})

describe('a plugin that crashes', () => {
  test('fails the calls in flight as ones to repeat, and serves the next one', async () => {
    const { ask, call, logs } = await openHost()
    const waiting = call('wait')
    await waiting.next()
    const crash = failureOf(Array.fromAsync(call('succeed-at-once', { attempt: 2 })))

    const error = { code: 'PLUGIN_CRASHED', retryable: true, context: { plugin: 'lifecycle' } }
    expect(await failureOf(waiting.next())).toMatchObject(error)
    expect(await crash).toMatchObject({
      ...error,
      message: expect.stringContaining('exit code 3') as string,
    })
    expect(await ask('who-am-i')).toMatchObject({ attempt: 1 })
    expect(logs).toContainEqual(expect.objectContaining({ source: 'host', level: 'error' }))
  })

  test('is tried again for a tool that is idempotent, with a fresh attempt_store', async () => {
    const { ask } = await openHost()
    expect(await ask('succeed-at', { attempt: 3 })).toEqual({ attempt: 3, earlier: null })
  })

  test('is not tried a fourth time', async () => {
    const { ask } = await openHost()
    expect(await failureOf(ask('succeed-at', { attempt: 4 }))).toMatchObject({
      code: 'PLUGIN_CRASHED',
    })
  })

  test('is not tried again once its caller has a message', async () => {
    const { call } = await openHost()
    const messages = call('succeed-at', { attempt: 2, after: 1 })
    expect((await messages.next()).value).toMatchObject({ text: 'early' })
    expect(await failureOf(messages.next())).toMatchObject({ code: 'PLUGIN_CRASHED' })
  })

  test('again and again rests, and says for how long', async () => {
    const { ask } = await openHost()
    let error: unknown
    for (let call = 0; call < 12; call++) {
      error = await failureOf(ask('succeed-at-once', { attempt: 2 }))
    }
    expect(error).toMatchObject({
      code: 'PLUGIN_UNAVAILABLE',
      retryable: true,
      context: { retryAfterMs: expect.any(Number) as number },
    })
  })
})

describe('many calls', () => {
  test('wait for their turn, and beyond the queue are refused at once', async () => {
    const { ask, call } = await openHost({}, { concurrency: 2, queue: 1 })
    await ask('who-am-i')
    const first = [call('wait'), call('wait')]
    for (const each of first) await each.next()
    const third = ask('who-am-i')
    const refused = await failureOf(ask('who-am-i'))
    expect(refused).toMatchObject({
      code: 'BUSY',
      retryable: true,
      context: { plugin: 'lifecycle', concurrency: 2, queue: 1 },
    })

    for (const each of first) await each.return?.()
    expect(await third).toMatchObject({ attempt: 1 })
  })

  test('leave the queue when their callers give up', async () => {
    const { ask, call } = await openHost({}, { concurrency: 1, queue: 1 })
    await ask('who-am-i')
    const first = call('wait')
    await first.next()
    const abort = new AbortController()
    const second = failureOf(Array.fromAsync(call('who-am-i', {}, { signal: abort.signal })))
    abort.abort()
    expect(await second).toMatchObject({ code: 'ABORTED' })

    const third = ask('who-am-i')
    await first.return?.()
    expect(await third).toMatchObject({ attempt: 1 })
  })
})

describe('what a plugin says', () => {
  test('is told with who said it', async () => {
    const { call, logs, ask } = await openHost()
    const [message] = await Array.fromAsync(call('speak'))
    expect(message).toMatchObject({ type: 'log', text: 'by this.log' })
    // The pipes are not in step with the connection.
    while (logs.length < 7) await ask('who-am-i')

    const told = (text: string): unknown => logs.find((log) => log.text === text)
    const who = {
      plugin: 'lifecycle',
      workspace: 'acme',
      invocationId: expect.any(String) as string,
    }
    expect(told('by log: 1')).toMatchObject({ ...who, source: 'console', level: 'info' })
    expect(told('by warn')).toMatchObject({ ...who, source: 'console', level: 'warn' })
    expect(told('by error')).toMatchObject({ ...who, source: 'console', level: 'error' })
    expect(told('by debug')).toMatchObject({ ...who, source: 'console', level: 'debug' })
    expect(told('by this.log')).toMatchObject({
      ...who,
      source: 'tool',
      level: 'warn',
      data: { some: 'facts' },
    })
    expect(told('by stdout')).toMatchObject({ source: 'stdout', workspace: null })
    expect(told('by stderr')).toMatchObject({ source: 'stderr', workspace: null })
  })
})

describe('the stores', () => {
  test('are closed to an invocation that is over, but not to what it had begun', async () => {
    const { call, driver, logs } = await openHost()
    await Array.fromAsync(call('linger'))
    while (logs.length === 0) await new Promise((resolve) => setImmediate(resolve))

    const scope = { workspace: 'acme', plugin: 'lifecycle', store: 'persistent_store' } as never
    const keys = ['early', 'late'].map((key) => parseStorageKey(key))
    const [early, late] = await driver.get(scope, keys)
    expect(early).not.toBeNull()
    expect(late).toBeNull()
    expect(logs[0]?.text).toContain('after the end of its invocation')
  })
})
