import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { desk, makeFolder, makeStore, run, start, usageOf } from './holdfast.ts'
import { makePlugin } from './plugin-folder.ts'
import { callTool, linesOf, serve } from './server.ts'
import { Transcript } from './transcript.ts'

describe('holdfast serve begins', () => {
  test('by saying where it serves what, and who may call', async () => {
    const store = await makeStore()
    const args = ['serve', '--port', '0', '--plugins', desk, '--store', store]
    const { child, stderr, ended } = start(args)
    const [said] = (await once(stderr.setEncoding('utf8'), 'data')) as [string]

    expect(said).toMatch(
      /^holdfast: serving at http:\/\/127\.0\.0\.1:\d+\n +store +file:.*store\.db\n +plugins +desk 1\.0\.0\n +access +open to every program on this machine; .*HOLDFAST_TOKEN.*\n +mode +process\n(?: +note +.+\n)*$/,
    )
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  test('with the plugin that the working directory is', async () => {
    const { stdout } = start(['serve', '--port', '0', '--json', '--store', 'memory:'], {
      cwd: desk,
    })

    const [line] = (await once(stdout.setEncoding('utf8'), 'data')) as [string]
    expect(JSON.parse(line)).toMatchObject({ plugins: ['desk 1.0.0'], needsToken: false })
  })

  test('with the plugins in a folder, and passes over what is none', async () => {
    const folder = await makeFolder()
    await makePlugin(join(folder, 'one'), 'one')
    await makePlugin(join(folder, 'two'), 'two')
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'other', 'package.json'), '{}')
    await writeFile(join(folder, 'README.md'), '')
    const { stdout } = start(['serve', '--port', '0', '--json', '--store', 'memory:'], {
      cwd: folder,
    })

    const [line] = (await once(stdout.setEncoding('utf8'), 'data')) as [string]
    expect(JSON.parse(line)).toMatchObject({ plugins: ['one 1.0.0', 'two 1.0.0'] })
  })

  test.each([
    ['there is no plugin', async () => ['--plugins', await makeFolder()], 4, 'PLUGIN_NOT_FOUND'],
    ['a folder is not there', async () => ['--plugins', 'nowhere'], 4, 'PLUGIN_NOT_FOUND'],
    ['two plugins have one id', async () => ['--plugins', desk, desk], 2, 'MANIFEST_INVALID'],
    [
      'a plugin cannot be loaded',
      async () => ['--plugins', await makePlugin(await makeFolder(), 'x', 'throw new Error()')],
      2,
      'PLUGIN_LOAD_FAILED',
    ],
    [
      'the port is taken',
      async () => ['--plugins', desk, '--port', String(await takePort())],
      2,
      'USAGE',
    ],
    [
      'settings are for nobody',
      async () => ['--plugins', desk, '--settings', await makeFile('{ "dekc": {} }')],
      2,
      'INVALID_ARGUMENT',
    ],
    [
      'settings are no object',
      async () => ['--plugins', desk, '--settings', await makeFile('{ "desk": 1 }')],
      2,
      'INVALID_ARGUMENT',
    ],
  ])('not where %s', async (_what, makeArgs, exitCode, code) => {
    const args = ['serve', '--store', 'memory:', ...(await makeArgs())]

    expect(await run(args)).toMatchObject({
      code: exitCode,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^holdfast: ${code}: .+\\n$`)),
    })
  })
})

/** The tool `linger` hears of the signals and of the stdin of the server, being in its process. */
const inline = ['--mode', 'inline']

describe('holdfast serve ends on SIGTERM', () => {
  test('after the calls in flight, with what they stored', async () => {
    const store = await makeStore()
    const server = await serve(['--store', store, ...inline])
    const lines = linesOf(await callTool(server, 'linger'))
    expect((await lines.next()).value).toMatchObject({ text: 'waiting' })
    server.child.kill('SIGTERM')
    expect((await lines.next()).value).toMatchObject({ text: 'draining' })

    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
    server.stdin.write('go on')
    expect((await lines.next()).value).toMatchObject({ text: 'done' })
    expect((await lines.next()).done).toBe(true)
    expect(await server.ended).toBe(0)
    expect(await usageOf(store)).toEqual({ 'acme/desk/persistent_store': 1 })
  })

  test('and says what it waits for', async () => {
    const args = ['serve', '--port', '0', '--plugins', desk, '--store', 'memory:', ...inline]
    const { child, stderr, stdin, ended } = start(args)
    const says = new Transcript(stderr)
    const [, url = ''] = await says.next(/serving at (http:\S+)/)
    const lines = linesOf(await callTool({ url }, 'linger'))
    await lines.next()
    child.kill('SIGTERM')
    await says.next(/stopping when 1 request in flight has been answered, or after \d+ ms/)
    stdin.write('go on')
    expect(await ended).toBe(0)
  })

  test('when its time is up, though nobody reads what it says any more', async () => {
    const args = ['serve', '--port', '0', '--plugins', desk, '--store', 'memory:', ...inline]
    const { child, stderr, ended } = start([...args, '--drain-timeout-ms', '1'])
    const [, url = ''] = await new Transcript(stderr).next(/serving at (http:\S+)/)
    await linesOf(await callTool({ url }, 'hang')).next()
    stderr.destroy()
    child.kill('SIGTERM')
    expect(await ended).toBe(1)
  })

  test('with 503 for requests on connections that are kept', async () => {
    const server = await serve(inline)
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    socket.write(requestHead('POST', '/v1/workspaces/acme/plugins/desk/tools/linger'))
    let received = ''
    const until = async (words: string): Promise<void> => {
      while (!received.includes(words)) received += String(await once(socket, 'data'))
    }
    await until('waiting')
    server.child.kill('SIGTERM')
    await until('draining')
    socket.write(requestHead('GET', '/healthz'))
    server.stdin.write('go on')
    received += await text(socket)

    expect(received).toMatch(/"done"[^]*HTTP\/1\.1 503 [^]*connection: close[^]*"code":"DRAINING"/i)
    expect(await server.ended).toBe(0)
  })

  test('when the last call has been answered, though its connection is kept', async () => {
    // Less than Node keeps a connection for another request.
    const server = await serve(['--drain-timeout-ms', '4000', ...inline])
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    socket.write(requestHead('POST', '/v1/workspaces/acme/plugins/desk/tools/linger'))
    await once(socket, 'data')
    server.child.kill('SIGTERM')
    server.stdin.write('go on')

    expect(await text(socket)).toContain('"done"')
    expect(await server.ended).toBe(0)
  })

  test('at once where only idle connections are left', async () => {
    const server = await serve()
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    socket.write(requestHead('GET', '/healthz'))
    await once(socket, 'data')
    server.child.kill('SIGTERM')

    expect(await server.ended).toBe(0)
  })

  test('and aborts what takes longer than it may', async () => {
    const server = await serve(['--drain-timeout-ms', '1'])
    const lines = linesOf(await callTool(server, 'hang'))
    await lines.next()
    server.child.kill('SIGTERM')

    expect((await lines.next()).value).toMatchObject({
      type: 'error',
      problem: { code: 'ABORTED', status: 503 },
    })
    expect(await server.ended).toBe(1)
    expect(await server.log).toContain('"code":"DEADLINE_EXCEEDED"')
  })
})

function requestHead(method: string, path: string): string {
  return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`
}

async function makeFile(content: string): Promise<string> {
  const file = join(await makeFolder(), 'file.json')
  await writeFile(file, content)
  return file
}

async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
