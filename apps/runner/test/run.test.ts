import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { desk, makeFolder, makeStore, run, start } from './holdfast.ts'

describe('holdfast run', () => {
  test('finds in the next process what a process stored', async () => {
    const cwd = await makeFolder()

    expect(await run(['run', desk, 'increment'], { cwd })).toMatchObject({ code: 0, stdout: '1\n' })
    expect(await run(['run', desk, 'increment'], { cwd })).toMatchObject({ code: 0, stdout: '2\n' })
    expect(await readdir(join(cwd, '.holdfast'))).toEqual(['store.db'])
  })

  test('keeps workspaces and stores apart', async () => {
    const store = await makeStore()
    const increment = ['run', desk, 'increment', '--store', store]

    await run(increment)
    expect(await run([...increment, '--workspace', 'other'])).toMatchObject({ stdout: '1\n' })
    expect(await run(['run', desk, 'increment', '--store', 'memory:'])).toMatchObject({
      stdout: '1\n',
    })
  })

  test('takes the store from HOLDFAST_STORE', async () => {
    const env = { HOLDFAST_STORE: await makeStore() }

    await run(['run', desk, 'increment'], { env })
    expect(await run(['run', desk, 'increment'], { env })).toMatchObject({ stdout: '2\n' })
  })

  test('shows messages: the result on stdout, the rest on stderr', async () => {
    const { code, stdout, stderr } = await run(['run', desk, 'say', '--store', 'memory:'])

    expect(code).toBe(0)
    expect(stdout).toBe(
      [
        'hello',
        'you',
        '{\n  "a": [\n    1\n  ]\n}',
        'mood = "good"',
        'an example: https://example.com/',
        'a cat: https://example.com/cat.png',
        '../../cat.png (image/png, 3 bytes; --output-dir DIR would keep it)',
        '',
      ].join('\n'),
    )
    expect(stderr).toBe('half way: 1/2\nwarn: mind the step {"step":3}\n')
  })

  test('prints messages as lines of JSON, files in base64', async () => {
    const { stdout } = await run(['run', desk, 'say', '--store', 'memory:', '--json'])
    const messages = stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))

    expect(messages).toEqual([
      { type: 'progress', done: 1, total: 2, text: 'half way' },
      { type: 'log', level: 'warn', text: 'mind the step', data: { step: 3 } },
      { type: 'text', text: 'hello\nyou' },
      { type: 'json', value: { a: [1] } },
      { type: 'variable', name: 'mood', value: 'good' },
      { type: 'link', url: 'https://example.com/', title: 'an example' },
      { type: 'image', url: 'https://example.com/cat.png', alt: 'a cat' },
      { type: 'blob', mimeType: 'image/png', filename: '../../cat.png', base64: 'AAH/' },
    ])
  })

  test('writes files into a folder, beside what is there, whatever their name says', async () => {
    const folder = await makeFolder()
    const output = join(folder, 'a', 'b')
    const args = ['run', desk, 'say', '--store', 'memory:', '--output-dir', output]

    expect((await run(args)).stdout).toContain(`${join(output, 'cat.png')}\n`)
    expect((await run(args)).stdout).toContain(`${join(output, '2-cat.png')}\n`)
    expect(await readFile(join(output, 'cat.png'))).toEqual(Buffer.from([0, 1, 255]))
    expect(await readdir(folder)).toEqual(['a'])
  })

  test('takes parameters from a file and from stdin', async () => {
    const folder = await makeFolder()
    await writeFile(join(folder, 'by.json'), '{ "by": 7 }')
    const args = ['run', desk, 'increment', '--store', 'memory:', '--input']

    expect(await run([...args, '@by.json'], { cwd: folder })).toMatchObject({ stdout: '7\n' })
    expect(await run([...args, '-'], { input: '{ "by": 8 }' })).toMatchObject({ stdout: '8\n' })
  })

  test('shows each message when it comes', async () => {
    const { child, stdout, ended } = start(['run', desk, 'linger', '--store', 'memory:'])
    const reader = stdout.setEncoding('utf8')[Symbol.asyncIterator]()

    // The tool cannot have ended, for it waits for what only comes now.
    expect(await reader.next()).toMatchObject({ value: 'waiting\n' })
    child.kill('SIGTERM')
    expect(await ended).toBe(143)
  })

  test('ends on Ctrl-C though the tool heeds no signal', async () => {
    const { child, stdout, stderr, ended } = start(['run', desk, 'hang', '--store', 'memory:'])
    const reader = stdout.setEncoding('utf8')[Symbol.asyncIterator]()
    await reader.next()
    child.kill('SIGINT')

    expect(await ended).toBe(130)
    expect(stderr.read()).toBeNull()
  })

  test('ends at once on a second signal, though the store never answers', async () => {
    const folder = await makeFolder()
    await writeFile(join(folder, 'driver.mjs'), stuckDriver)
    const args = ['run', desk, 'increment', '--store', './driver.mjs']
    const { child, stdout, ended } = start(args, { cwd: folder })
    const reader = stdout.setEncoding('utf8')[Symbol.asyncIterator]()
    expect(await reader.next()).toMatchObject({ value: 'opened\n' })
    // Two of one kind could arrive as one.
    child.kill('SIGINT')
    child.kill('SIGTERM')

    expect([130, 143]).toContain(await ended)
  })

  test('ends quietly when nobody reads its output any more', async () => {
    const { stdout, stderr, ended } = start(['run', desk, 'say', '--store', 'memory:'])
    stdout.destroy()

    expect(await ended).toBe(0)
    expect(String(stderr.read())).not.toContain('holdfast:')
  })

  test('runs no plugin code for a manifest that is wrong', async () => {
    const folder = await makeFolder()
    await mkdir(join(folder, 'plugin'))
    await writeFile(join(folder, 'plugin', 'index.js'), "throw new Error('It ran.')")
    await writeFile(
      join(folder, 'plugin', 'package.json'),
      JSON.stringify({ type: 'module', holdfast: { id: 'x', entry: './index.js', storge: {} } }),
    )

    expect(await run(['run', 'plugin', 'any'], { cwd: folder })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^holdfast: MANIFEST_INVALID: .*"storge".*\n$/),
    })
    expect(await readdir(folder)).toEqual(['plugin'])
  })
})

/** A driver that opens and then never answers. */
const stuckDriver = `
const stuck = () => new Promise(() => undefined)
export const createDriver = () => ({
  name: 'stuck',
  capabilities: { maxValueBytes: 1e6, maxCommitEntries: 100, maxCommitBytes: 1e6 },
  open: async () => console.log('opened'),
  close: stuck,
  get: stuck,
  commit: stuck,
})`
