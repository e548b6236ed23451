import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder, run, start } from './holdfast.ts'
import { makePlugin, toolPlugin } from './plugin-folder.ts'
import { callWork, serve } from './server.ts'
import { Transcript } from './transcript.ts'

const talks = toolPlugin(`
    console.log('one', { two: 2 })
    console.warn('two\\x1b[31m\\nthree')
    yield this.log('error', 'four', { five: 5 })
    process.stdout.write('six\\n')
    yield this.text('done')`)

async function makeTalker(): Promise<string> {
  return makePlugin(join(await makeFolder(), 'talker'), 'talker', talks)
}

test('what a plugin logs goes to stderr, with the plugin and the workspace', async () => {
  const args = ['serve', '--port', '0', '--plugins', await makeTalker(), '--store', 'memory:']
  const { stderr, stdout, child, ended } = start(args)
  const says = new Transcript(stderr)
  const [, url = ''] = await says.next(/serving at (\S+)/)
  await callWork({ url }, 'talker')
  const lines = [
    'talker acme info: one { two: 2 }',
    String.raw`talker acme warn: two\u{1b}[31m`,
    '  three',
    'talker acme error: four {"five":5}',
    'talker info: six',
  ]
  child.kill('SIGTERM')
  const rest = await says.ended

  expect(await ended).toBe(0)
  expect(rest.split('\n')).toEqual(expect.arrayContaining(lines))
  expect(stdout.read()).toBeNull()
})

test('with --json, each line is JSON and names the invocation', async () => {
  const server = await serve([], { plugin: await makeTalker() })
  await callWork(server, 'talker')
  server.child.kill('SIGTERM')
  const log = (await server.log)
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

  expect(log).toContainEqual({
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    plugin: 'talker',
    workspace: 'acme',
    invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    source: 'console',
    level: 'info',
    text: 'one { two: 2 }',
    data: null,
  })
  expect(log).toContainEqual(
    expect.objectContaining({ source: 'tool', level: 'error', text: 'four', data: { five: 5 } }),
  )
  expect(log).toContainEqual(
    expect.objectContaining({ source: 'stdout', workspace: null, text: 'six' }),
  )
})

test('holdfast run shows what a tool logs once, and apart from what it gives', async () => {
  const { code, stdout, stderr } = await run([
    'run',
    await makeTalker(),
    'work',
    '--store',
    'memory:',
  ])

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
  expect(stderr).toContain('talker default info: one')
  expect(stderr.match(/four/g)).toHaveLength(1)
})

test('what a plugin may not do is told to its caller in plain words', async () => {
  const file = join(await makeFolder(), 'secret')
  await writeFile(file, 'secret')
  const code = toolPlugin(`
    const { readFileSync } = await import('node:fs')
    yield this.text(readFileSync(${JSON.stringify(file)}, 'utf8'))`)
  const plugin = await makePlugin(join(await makeFolder(), 'curious'), 'curious', code)
  const work = ['run', plugin, 'work', '--store', 'memory:']

  expect(await run(work)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(
      `TOOL_FAILED: The tool "work" failed: it may not read ${file}.`,
    ),
  })
  expect(await run([...work, '--mode', 'inline'])).toMatchObject({ code: 0, stdout: 'secret\n' })
})
