import { createWriteStream } from 'node:fs'
import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { limits } from '@holdfast/core'
import { describe, expect, test, vi } from 'vitest'
import { desk, makeFolder, makeStore, type Outcome, run, start, usageOf } from './holdfast.ts'

// Where plugins run is none of this suite's business, and here it is quickest.
vi.stubEnv('HOLDFAST_MODE', 'inline')

const isJson = ['--store-name', 'persistent_store']

/** Makes a store for one test, and runs `holdfast data` on what the plugin `desk` has there. */
async function openData(): Promise<{
  readonly store: string
  readonly data: (args: readonly string[], input?: string | Uint8Array) => Promise<Outcome>
}> {
  const store = await makeStore()
  return {
    store,
    data: ([command = '', ...args], input = '') =>
      run(['data', command, '--plugin', 'desk', '--store', store, ...args], { input }),
  }
}

describe('holdfast data', () => {
  test('puts and gets bytes as they are', async () => {
    const { data } = await openData()
    const folder = await makeFolder()
    const file = join(folder, 'cat.png')
    await writeFile(file, new Uint8Array([0, 10, 255, 13]))

    await data(['put', 'by file', '--file', file])
    expect((await data(['get', 'by file', '--json'])).stdout).toContain('"base64":"AAr/DQ=="')
    await data(['put', 'by stdin', '-'], new Uint8Array([0, 10]))
    expect((await data(['get', 'by stdin'])).stdout).toBe('\0\n')
    await data(['put', 'by text', '--value', ''])
    expect(await data(['get', 'by text'])).toMatchObject({ code: 0, stdout: '' })
  })

  test('sees what tools stored, and tools see what it stored', async () => {
    const { data, store } = await openData()
    await data(['put', 'count', '--value', '41', ...isJson])

    expect(await run(['run', desk, 'increment', '--store', store])).toMatchObject({
      stdout: '42\n',
    })
    expect((await data(['get', 'count', ...isJson])).stdout).toBe('42')
    expect(JSON.parse((await data(['get', 'count', '--json', ...isJson])).stdout)).toMatchObject({
      key: 'count',
      value: 42,
      size: 2,
    })
  })

  test('lists keys in order, by prefix, page by page', async () => {
    const { data } = await openData()
    for (const key of ['b/2', 'a', 'b/1', 'c\u001B[31m']) await data(['put', key, '--value', 'xyz'])

    const all = await data(['ls'])
    expect(all.stdout).toMatch(
      /^STORE +KEY +SIZE +UPDATED +EXPIRES\nstorage +a +3 +\d{4}-.*Z\nstorage +b\/1 /,
    )
    expect(all.stdout).toContain('c\\u{1b}[31m')
    expect(all.stderr).toBe('')

    const page = await data(['ls', '--limit', '2'])
    expect(page.stdout).toMatch(/\nstorage +a .*\nstorage +b\/1 .*\n$/)
    const [, more = ''] = /^There is more: (.+)$/m.exec(page.stderr) ?? []
    const rest = JSON.parse((await data(['ls', ...more.split(' '), '--json'])).stdout) as object
    expect(rest).toMatchObject({ entries: [{ key: 'b/2' }, { key: 'c\u001B[31m' }], cursor: null })

    const prefixed = JSON.parse((await data(['ls', 'b/', '--json'])).stdout) as object
    expect(prefixed).toMatchObject({ entries: [{ key: 'b/1', size: 3 }, { key: 'b/2' }] })
  })

  test('lists both stores, one after the other, or the one that is named', async () => {
    const { data } = await openData()
    await data(['put', 'bytes', '--value', 'x'])
    await data(['put', 'json', '--value', '1', ...isJson])
    const listed = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await data(['ls', '--json', ...args])).stdout)

    const [bytes, json] = [
      { store: 'storage', key: 'bytes' },
      { store: 'persistent_store', key: 'json' },
    ]
    expect(await listed()).toMatchObject({ entries: [bytes, json], cursor: null, store: null })
    expect(await listed(...isJson)).toMatchObject({ entries: [json] })
    expect(await listed('--limit', '1')).toMatchObject({
      entries: [bytes],
      cursor: null,
      store: 'persistent_store',
    })
    expect((await data(['ls', '--limit', '1'])).stderr).toBe(
      'There is more: --store-name persistent_store\n',
    )
  })

  test('knows storage as session.storage, too, and no other store', async () => {
    const { data } = await openData()
    await data(['put', 'a', '--value', 'x', '--store-name', 'session.storage'])
    expect(await data(['get', 'a'])).toMatchObject({ code: 0, stdout: 'x' })
    expect(await data(['ls', '--store-name', 'session.storage', '--json'])).toMatchObject({
      stdout: expect.stringContaining('"store":"storage","key":"a"'),
    })
    expect(await data(['get', 'a', '--store-name', 'session.persistent_store'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/ Allowed choices are storage, persistent_store\. Add /),
    })
  })

  test('lists who has stored how much', async () => {
    const { data, store } = await openData()
    await data(['put', 'ab', '--value', 'xyz'])
    await data(['put', 'a', '--value', '1', '--workspace', 'acme', ...isJson])

    expect((await run(['data', 'ls', '--store', store])).stdout).toBe(
      [
        'WORKSPACE  PLUGIN  STORE             ENTRIES  BYTES',
        'acme       desk    persistent_store        1      2',
        'default    desk    storage                 1      5',
        '',
      ].join('\n'),
    )
    expect(
      JSON.parse(
        (await run(['data', 'ls', '--store', store, '--workspace', 'acme', '--json'])).stdout,
      ),
    ).toEqual({
      scopes: [
        { workspace: 'acme', plugin: 'desk', store: 'persistent_store', entries: 1, bytes: 2 },
      ],
      cursor: null,
    })
  })

  test('tells of an entry, and of a store', async () => {
    const { data } = await openData()
    const put = ['put', 'a', '--value', 'xyz', '--content-type', 'text/plain']
    const { version } = JSON.parse((await data([...put, '--json'])).stdout) as { version: string }
    await data(['put', 'b', '--value', '', '--expires-in-ms', '60000'])

    expect(JSON.parse((await data(['stat', 'a', '--json'])).stdout)).toEqual({
      key: 'a',
      size: 3,
      version,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
      expiresAt: null,
      contentType: 'text/plain',
    })
    expect((await data(['stat', 'b'])).stdout).toMatch(
      /^key +b\nsize +0 bytes\n[^]*expires +\d{4}-/,
    )
    expect((await data(['stat'])).stdout).toMatch(/entries +2\nbytes +5\n$/)
  })

  test('writes only over the version that it is told', async () => {
    const { data } = await openData()
    const put = ['put', 'a', '--value', 'x', '--json']
    const { version } = JSON.parse((await data([...put, '--if-absent'])).stdout) as {
      version: string
    }

    expect(await data([...put, '--if-absent'])).toMatchObject({ code: 1, stdout: '' })
    expect(await data([...put, '--if-version', version])).toMatchObject({ code: 0 })
    const lost = await data([...put, '--if-version', version])
    expect(JSON.parse(lost.stderr)).toMatchObject({ code: 'VERSION_MISMATCH', status: 409 })
  })

  test('removes keys, also those that are not there', async () => {
    const { data } = await openData()
    await data(['put', 'a', '--value', 'x'])

    expect(await data(['rm', 'a', 'b'])).toMatchObject({
      code: 0,
      stdout: 'Removed "a".\n"b" was not there.\n',
    })
    expect((await data(['ls', '--json'])).stdout).toBe(
      '{"entries":[],"cursor":null,"store":null}\n',
    )
  })

  test('holds what it puts to no quota but the one that it is told', async () => {
    const { data } = await openData()
    const put = ['put', 'a', '--value', 'x'.repeat(5000)]

    expect(await data([...put, '--quota-bytes', '5000'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^holdfast: QUOTA_EXCEEDED: /),
    })
    expect(await data(put)).toMatchObject({ code: 0 })
  })

  test.each([
    ['a key that is not there', ['get', 'a'], 4, 'KEY_NOT_FOUND'],
    ['a key that is not there, to stat', ['stat', 'a'], 4, 'KEY_NOT_FOUND'],
    ['an empty key', ['put', '', '--value', 'x'], 2, 'INVALID_KEY'],
    ['a long key', ['get', 'x'.repeat(513)], 2, 'INVALID_KEY'],
    ['a key with ":"', ['put', 'a:b', '--value', '1', ...isJson], 2, 'INVALID_KEY'],
    ['a key with "#" to remove', ['rm', 'a#b', ...isJson], 2, 'INVALID_KEY'],
    ['what is no JSON', ['put', 'a', '--value', 'milk', ...isJson], 2, 'MALFORMED_JSON'],
    ['a file that is not there', ['put', 'a', '--file', 'nowhere'], 2, 'INPUT_NOT_READABLE'],
    ['no value', ['put', 'a'], 2, 'USAGE'],
    [
      'a type of JSON',
      ['put', 'a', '--value', '1', '--content-type', 'a/b', ...isJson],
      2,
      'USAGE',
    ],
    [
      'a type that is none',
      ['put', 'a', '--value', '1', '--content-type', 'x'],
      2,
      'INVALID_ARGUMENT',
    ],
    ['a cursor of no store', ['ls', '--cursor', '?'], 2, 'USAGE'],
    [
      'a cursor that is none',
      ['ls', '--store-name', 'storage', '--cursor', '?'],
      2,
      'INVALID_CURSOR',
    ],
    ['a plugin that cannot be', ['ls', '--plugin', 'A'], 2, 'INVALID_PLUGIN_ID'],
  ])('refuses %s and stores nothing', async (_what, args, exitCode, code) => {
    const { data, store } = await openData()
    // Makes the store.
    await usageOf(store)
    const { code: exited, stderr, stdout } = await data(args)

    expect(stderr).toMatch(new RegExp(`^holdfast: ${code}: .+\\n$`))
    expect({ exited, stdout }).toEqual({ exited: exitCode, stdout: '' })
    expect(await usageOf(store)).toEqual({})
  })
})

test('an error tells a key without what a terminal would obey, and to programs as it is', async () => {
  const { data, store } = await openData()
  await usageOf(store)
  const key = 'a\u009b2Jb\u202ec'
  const { stderr } = await data(['get', key, '--json'])

  expect(stderr).toContain('a\\u009b2Jb\\u202ec')
  expect(JSON.parse(stderr)).toMatchObject({ code: 'KEY_NOT_FOUND', context: { key } })
})

test('a file that is too large to be held whole goes in and out, and is told of', async () => {
  const { data, store } = await openData()
  const folder = await makeFolder()
  const [file, copy] = [join(folder, 'film.mp4'), join(folder, 'copy.mp4')]
  const size = limits.maxValueBytes + 1
  await writeFile(file, 'begin')
  await truncate(file, size)
  expect(await data(['put', 'film', '--file', file, '--content-type', 'video/mp4'])).toMatchObject({
    code: 0,
  })

  expect(JSON.parse((await data(['stat', 'film', '--json'])).stdout)).toMatchObject({
    size,
    contentType: 'video/mp4',
  })
  const get = start(['data', 'get', 'film', '--plugin', 'desk', '--store', store])
  await pipeline(get.stdout, createWriteStream(copy))
  expect(await get.ended).toBe(0)
  expect((await readFile(copy)).equals(await readFile(file))).toBe(true)
  expect(await data(['get', 'film', '--json'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('VALUE_TOO_LARGE'),
  })
})

test('a large value that is removed makes room in the file for the next', async () => {
  const { data, store } = await openData()
  const file = join(await makeFolder(), 'film.mp4')
  await writeFile(file, '')
  await truncate(file, limits.maxValueBytes + 1)
  const sizes: number[] = []
  for (const key of ['one', 'two']) {
    await data(['put', key, '--file', file])
    await data(['rm', key])
    sizes.push((await stat(store.replace(/^file:/, ''))).size)
  }
  const [first = 0, second = 0] = sizes
  expect(second).toBeLessThan(first * 1.1)
})

test('a value as large as a pipe is not, passes whole', async () => {
  const { data } = await openData()
  const bytes = Buffer.alloc(3_000_000, 7)
  const folder = await makeFolder()
  await writeFile(join(folder, 'large'), bytes)
  await data(['put', 'large', '--file', join(folder, 'large')])

  expect((await data(['get', 'large'])).stdout.length).toBe(bytes.length)
})
