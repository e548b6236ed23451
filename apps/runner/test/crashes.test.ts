import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { makeFolder, run } from './holdfast.ts'
import { canSandbox } from './host-facts.ts'
import { makePlugin, toolPlugin } from './plugin-folder.ts'
import { callWork, linesOf, serve, toolUrl } from './server.ts'

const hasSandbox = await canSandbox()
/** How long processes may take to be gone after the one that started them, in milliseconds. */
const goneMs = 5_000

/** A tool that crashes in its first call, and counts those that it survives. */
const crashesOnce = toolPlugin(`
    const calls = await this.session.persistent_store.increment('calls')
    if (calls === 1) setImmediate(() => { throw new Error('the milk is sour') })
    if (calls === 1) await new Promise(() => undefined)
    yield this.json(calls)`)

/** A tool that says that it has begun, and then keeps its process busy for ever. */
const loops = toolPlugin(`
    yield this.text('looping')
    for (;;);`)

async function makeOne(code: string): Promise<string> {
  return makePlugin(join(await makeFolder(), 'plugin'), 'one', code)
}

describe('a plugin that crashes', () => {
  test('gives 503 with a problem that may be tried again, and serves again', async () => {
    const server = await serve([], { plugin: await makeOne(crashesOnce) })

    expect(await callWork(server, 'one')).toMatchObject({
      status: 503,
      lines: [
        {
          code: 'PLUGIN_CRASHED',
          retryable: true,
          detail: expect.stringContaining('after Error: the milk is sour. Try again'),
        },
      ],
    })
    expect(await callWork(server, 'one')).toMatchObject({
      status: 200,
      lines: [{ type: 'json', value: 2 }],
    })
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  test('again and again is left alone for a while, and callers are told for how long', async () => {
    const crashes = toolPlugin(`process.exit(1)`)
    const server = await serve([], { plugin: await makeOne(crashes) })
    let answer = await callWork(server, 'one')
    while (answer.headers.get('retry-after') === null) {
      expect(answer).toMatchObject({ status: 503, lines: [{ code: 'PLUGIN_CRASHED' }] })
      answer = await callWork(server, 'one')
    }

    expect(answer).toMatchObject({
      status: 503,
      lines: [{ code: 'PLUGIN_UNAVAILABLE', retryable: true }],
    })
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
  })

  test('ends its run with what it failed with', async () => {
    const plugin = await makeOne(crashesOnce)
    const { code, stderr } = await run(['run', plugin, 'work', '--store', 'memory:'])

    expect(code).toBe(1)
    expect(stderr).toContain('holdfast: PLUGIN_CRASHED: ')
    expect(stderr.match(/has crashed/g)).toHaveLength(1)
  })
})

test('a plugin that is busy gives 503, and says when to try again', async () => {
  const plugin = await makeOne(toolPlugin(`yield this.text('begun')\n await new Promise(() => {})`))
  const grants = join(plugin, 'grants.json')

  await writeFile(grants, '{ "one": { "concurrency": 1, "queue": 0 } }')
  const server = await serve(['--grants', grants], { plugin })
  const busy = await fetch(toolUrl(server, 'work', 'one'), { method: 'POST' })

  const answer = await callWork(server, 'one')
  expect(answer).toMatchObject({ status: 503, lines: [{ code: 'BUSY', retryable: true }] })
  expect(answer.headers.get('retry-after')).toBe('1')
  await busy.body?.cancel()
})

describe('the runner', () => {
  test('drains what plugins have begun on SIGTERM, and takes their processes along', async () => {
    const waits = toolPlugin(`
    yield this.text('begun')
    await new Promise((resolve) => setTimeout(resolve, 300))
    yield this.text('done')`)
    const plugin = await makeOne(waits)
    const server = await serve([], { plugin })
    const response = await fetch(toolUrl(server, 'work', 'one'), { method: 'POST' })
    const lines = linesOf(response)
    expect((await lines.next()).value).toMatchObject({ text: 'begun' })
    const started = await processesBelow(server.child.pid)
    server.child.kill('SIGTERM')

    expect((await lines.next()).value).toMatchObject({ text: 'done' })
    expect(await server.ended).toBe(0)
    expect(started).not.toEqual([])
    expect(await leftOf(started)).toEqual([])
  })

  test.for([
    ['process', false],
    ['sandbox', !hasSandbox],
  ] as const)(
    'leaves no process of a plugin behind when it is killed, not even one in a loop, in the mode %s',
    async ([mode, isMissing], { skip }) => {
      skip(isMissing, 'This machine can make no sandbox.')
      const server = await serve(['--mode', mode], { plugin: await makeOne(loops) })
      const response = await fetch(toolUrl(server, 'work', 'one'), { method: 'POST' })
      expect((await linesOf(response).next()).value).toMatchObject({ text: 'looping' })
      const started = await processesBelow(server.child.pid)
      server.child.kill('SIGKILL')

      expect(await server.ended).toBe('SIGKILL')
      expect(started).not.toEqual([])
      expect(await leftOf(started)).toEqual([])
    },
  )

  test('opens no inspector on SIGUSR1', async () => {
    const server = await serve()
    server.child.kill('SIGUSR1')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    server.child.kill('SIGTERM')

    expect(await server.ended).toBe(0)
    expect(await server.log).toBe('')
  })
})

/** The processes that a process has started, and those that these have. */
async function processesBelow(pid: number | undefined): Promise<readonly number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map<number, number>()
  for (const each of all) parents.set(each, await parentOf(each))
  const isBelow = (each: number): boolean => {
    const parent = parents.get(each)
    return parent !== undefined && parent !== 0 && (parent === pid || isBelow(parent))
  }
  return all.filter(isBelow)
}

/** 0 for a process that is gone, or only waits for its parent to hear of its end. */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [, state, parent] = /\) (\S) (\d+)/.exec(stat) ?? []
  return state === 'Z' ? 0 : Number(parent ?? 0)
}

/** Those of some processes that are still there after a while. */
async function leftOf(pids: readonly number[]): Promise<readonly number[]> {
  const until = performance.now() + goneMs
  for (;;) {
    const left: number[] = []
    for (const pid of pids) if ((await parentOf(pid)) !== 0) left.push(pid)
    if (left.length === 0 || performance.now() > until) return left
    await delay(20)
  }
}
