import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { desk, makeFolder, makeStore, run, usageOf } from './holdfast.ts'

// Where plugins run is none of this suite's business, and here it is quickest.
vi.stubEnv('HOLDFAST_MODE', 'inline')

const longKey = 'x'.repeat(513)

describe('what is wrong is refused in a paragraph with its code, and stores nothing:', () => {
  test.each([
    ['an unknown plugin', ['nowhere', 'say'], 4, 'PLUGIN_NOT_FOUND'],
    ['an unknown tool', [desk, 'sya'], 4, 'TOOL_NOT_FOUND'],
    ['malformed JSON', [desk, 'remember', '--input', '{ "name": '], 2, 'MALFORMED_JSON'],
    ['input that is not there', [desk, 'remember', '--input', '@no.json'], 2, 'INPUT_NOT_READABLE'],
    [
      'a parameter of a wrong type',
      [desk, 'remember', '--input', '{ "name": 7, "text": "b" }'],
      2,
      'INVALID_PARAMETERS',
    ],
    ['parameters that are a list', [desk, 'remember', '--input', '[]'], 2, 'INVALID_PARAMETERS'],
    ['an empty key', setBytes({ key: '' }), 2, 'INVALID_KEY'],
    ['a key of 513 bytes', setBytes({ key: longKey }), 2, 'INVALID_KEY'],
    ['a key with ":" in persistent_store', setJson({ key: 'a:b' }), 2, 'INVALID_KEY'],
    ['a key with "#" in persistent_store', setJson({ key: 'a#b' }), 2, 'INVALID_KEY'],
    ['undefined', setJson({ key: 'a', kind: 'undefined' }), 2, 'INVALID_JSON_VALUE'],
    ['NaN', setJson({ key: 'a', kind: 'NaN' }), 2, 'INVALID_JSON_VALUE'],
    ['a cycle', setJson({ key: 'a', kind: 'cycle' }), 2, 'INVALID_JSON_VALUE'],
    ['a Date', setJson({ key: 'a', kind: 'Date' }), 2, 'INVALID_JSON_VALUE'],
    ['a string as bytes', setBytes({ key: 'a', asString: true }), 2, 'WRONG_TYPE'],
    ['a value over quota', setBytes({ key: 'a', size: 4096 }), 1, 'QUOTA_EXCEEDED'],
    ['a workspace that cannot be', [desk, 'say', '--workspace', 'a/b'], 2, 'INVALID_WORKSPACE_ID'],
    ['an error of the plugin', [desk, 'fail'], 1, 'TOOL_FAILED'],
  ])('%s', async (_what, args, exitCode, code) => {
    const store = await makeStore()
    const { code: exited, stderr } = await run(['run', ...args, '--store', store])

    expect(stderr).toMatch(new RegExp(`^holdfast: ${code}: .+\\n$`))
    expect(exited).toBe(exitCode)
    expect(await usageOf(store)).toEqual({})
  })

  test.each([
    ['no command', []],
    ['an unknown command', ['runn']],
    ['an unknown option', ['run', desk, 'say', '--wokspace', 'a']],
    ['a missing argument', ['run', desk]],
    ['a number that is none', ['serve', '--port', 'http']],
    ['a missing plugin', ['data', 'get', 'a']],
    ['a value given twice', ['data', 'put', 'a', '-', '--plugin', 'p', '--value', 'b']],
    ['a prefix of nobody', ['data', 'ls', 'a']],
    ['an address that others can reach', ['serve', '--host', '0.0.0.0', '--plugins', desk]],
  ])('%s', async (_what, args) => {
    const { code, stderr } = await run(args)

    expect(stderr).toMatch(/holdfast: USAGE: .+\n$/)
    expect(code).toBe(2)
  })
})

test('the paragraph names the field whose type is wrong', async () => {
  const { stderr } = await run(['run', desk, 'remember', '--input', '{ "name": 7, "text": "b" }'])

  expect(stderr).toMatch(/ name: .*expected string/)
  expect(stderr).not.toMatch(/ text: /)
})

test('the paragraph names the place of what is no JSON', async () => {
  const { stderr } = await run([
    'run',
    ...setJson({ key: 'a', kind: 'Date' }),
    '--store',
    'memory:',
  ])

  expect(stderr).toContain('$.items[0] is an instance of Date')
})

test('a stream of the plugin that fails is its own fault, with key and reason', async () => {
  const args = setBytes({ key: 'a/b', file: join(desk, 'nonexistent') })
  const { code, stderr } = await run(['run', ...args, '--store', 'memory:', '--json'])

  expect(JSON.parse(stderr)).toMatchObject({
    code: 'BODY_FAILED',
    status: 500,
    detail: expect.stringMatching(/"a\/b" .*ENOENT: .*nonexistent/),
    context: { key: 'a/b' },
  })
  expect(code).toBe(1)
})

describe('an error', () => {
  test('is shown with its stack and its cause when asked for', async () => {
    const { stderr } = await run(['run', desk, 'fail', '--store', 'memory:', '--verbose'])

    expect(stderr).toMatch(/^holdfast: TOOL_FAILED: .*sour\n/)
    expect(stderr).toMatch(/\[cause\]: Error: the milk is sour\n +at Fail\.invoke .*tools\.ts/)
  })

  test('is one line of problem details with --json', async () => {
    const { stderr } = await run(['run', desk, 'nope', '--store', 'memory:', '--json'])

    expect(JSON.parse(stderr)).toEqual({
      type: 'urn:holdfast:error:TOOL_NOT_FOUND',
      title: 'Tool not found',
      status: 404,
      detail: expect.stringContaining('it has remember, increment'),
      code: 'TOOL_NOT_FOUND',
      retryable: false,
      context: { tool: 'nope' },
    })
  })

  test('of usage is one line of problem details with --json too', async () => {
    const { stderr } = await run(['run', '--json', '--nope'])

    expect(JSON.parse(stderr)).toMatchObject({ code: 'USAGE' })
  })

  test('has colour only where it is wanted', async () => {
    const colour = await run(['run', 'nowhere', 'say'], { env: { FORCE_COLOR: '1' } })
    const plain = await run(['run', 'nowhere', 'say'])

    expect(colour.stderr).toContain('\u001B[31m')
    expect(plain.stderr).not.toContain('\u001B')
  })
})

describe('a store that cannot be opened is told apart and left as it was:', () => {
  test.each([
    ['a corrupt file', 'file:broken.db', 3, 'STORE_(CORRUPT|NOT_HOLDFAST)'],
    ['a directory', 'file:folder', 3, 'STORE_IS_DIRECTORY'],
    ['a missing parent', 'file:none/store.db', 3, 'STORE_PARENT_MISSING'],
    ['no driver', 'redis:localhost', 2, 'DRIVER_NOT_FOUND'],
    ['a path that is no URL', './store.db', 2, 'STORE_URL_INVALID'],
    ['nothing after file:', 'file:', 2, 'STORE_URL_INVALID'],
    ['something after memory:', 'memory:x', 2, 'STORE_URL_INVALID'],
  ])('%s', async (_what, store, exitCode, code) => {
    const cwd = await makeFolder()
    await writeFile(join(cwd, 'broken.db'), 'no database at all')
    await mkdir(join(cwd, 'folder'))
    const { code: exited, stderr } = await run(['run', desk, 'increment', '--store', store], {
      cwd,
    })

    expect(stderr).toMatch(new RegExp(`^holdfast: ${code}: .+\\n$`))
    expect(exited).toBe(exitCode)
    expect(await readFile(join(cwd, 'broken.db'), 'utf8')).toBe('no database at all')
  })

  test('a store that is only looked into and not there', async () => {
    const cwd = await makeFolder()

    expect(await run(['data', 'ls', '--store', 'file:typo.db'], { cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^holdfast: STORE_NOT_FOUND: .*typo\.db/),
    })
  })
})

function setBytes(parameters: object): string[] {
  return [desk, 'set-bytes', '--input', JSON.stringify(parameters)]
}

function setJson(parameters: object): string[] {
  return [desk, 'set-json', '--input', JSON.stringify(parameters)]
}
