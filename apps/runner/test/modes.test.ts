import { describe, expect, test } from 'vitest'
import { desk, run, start } from './holdfast.ts'
import { canSandbox, factsOf } from './host-facts.ts'
import { callTool, serve } from './server.ts'
import { Transcript } from './transcript.ts'

const hasSandbox = await canSandbox()

describe.for(['process', 'sandbox', 'inline'])('in the mode %s', (mode) => {
  const needs = mode === 'sandbox' && !hasSandbox

  test.skipIf(needs)('holdfast serve answers as in the others', async () => {
    const server = await serve(['--mode', mode])
    const echo = await fetch(`${server.url}/e/acme/desk/public/echo`, {
      method: 'POST',
      body: 'hello',
    })

    expect(server.facts.mode).toBe(mode)
    expect(await (await callTool(server, 'increment', { by: 2 })).json()).toEqual({
      type: 'json',
      value: 2,
    })
    expect(await (await callTool(server, 'increment')).json()).toEqual({ type: 'json', value: 3 })
    expect(echo.headers.get('x-workspace')).toBe('acme')
    expect(await echo.json()).toMatchObject({ method: 'POST', body: 'hello' })
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(await server.log).toBe('')
  })

  test.skipIf(needs)('holdfast run and holdfast tools do, too', async () => {
    const increment = ['run', desk, 'increment', '--store', 'memory:', '--mode', mode]

    expect(await run(increment)).toEqual({ code: 0, stdout: '1\n', stderr: '' })
    expect(await run(['tools', desk, '--mode', mode])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('remember: Stores a text under a name.'),
    })
  })
})

describe('a mode', () => {
  test('is process where none is named, and may be named by the environment', async () => {
    expect((await serve()).facts.mode).toBe('process')
    expect((await serve([], { env: { HOLDFAST_MODE: 'inline' } })).facts.mode).toBe('inline')
  })

  test.each([
    [['serve', '--mode', 'thread']],
    [['run', desk, 'say', '--mode', 'thread']],
    [['serve', '--mode', 'inline', '--watch', '--plugins', desk]],
  ])('that there is not, or that cannot do what is asked, is a slip: %j', async (args) => {
    expect(await run(args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^holdfast: USAGE: .*\n$/),
    })
  })

  test('that is not possible here is told before anything is served', async () => {
    const args = ['serve', '--mode', 'sandbox', '--plugins', desk, '--store', 'memory:']

    expect(await run(args, { env: { PATH: '/nowhere' } })).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^holdfast: SANDBOX_UNAVAILABLE: .*\n$/),
    })
  })

  test('that lacks a protection here says so once', async () => {
    const args = ['serve', '--port', '0', '--plugins', desk, '--store', 'memory:']
    const { stderr, child, ended } = start(args)
    const says = new Transcript(stderr)
    const [, url = ''] = await says.next(/serving at (\S+)/)
    await (await callTool({ url }, 'increment')).json()
    child.kill('SIGTERM')

    expect(await ended).toBe(0)
    const { weaknesses } = await factsOf('process')
    const notes = (await says.ended).split('\n').filter((line) => line.startsWith('  note '))
    expect(notes).toEqual(weaknesses.map((weakness) => `  note     ${weakness}`))
    // Node.js 24 cannot do that by itself.
    const isOld = process.versions.node.startsWith('24.')
    expect(notes.join('\n').includes('closes the network')).toBe(isOld)
  })
})
