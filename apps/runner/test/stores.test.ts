import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeStore } from '../src/store-registry.ts'
import { desk, makeFolder, run } from './holdfast.ts'

/** Outside this repository no package is to be found by its name. */
const memoryDriver = new URL('../../../packages/drivers-memory/src/index.ts', import.meta.url).href

/** A contributor's driver: the memory driver, which says where it was asked to be. */
const driver = `
import { createMemoryDriver } from '${memoryDriver}'
export function createDriver(location) {
  console.log('at ' + location)
  return createMemoryDriver()
}`

describe('a store', () => {
  test('may be had by a driver in a file', async () => {
    const cwd = await makeFolder()
    await writeFile(join(cwd, 'driver.mjs'), driver)
    const args = [
      'run',
      desk,
      'increment',
      '--mode',
      'inline',
      '--store',
      './driver.mjs#some where',
    ]

    expect(await run(args, { cwd })).toMatchObject({
      code: 0,
      stdout: '1\n',
      stderr: 'at some where\n',
    })
  })

  test.each(['some-driver', '@some/driver'])(
    'may be had by a driver in the package %s, as the working directory knows it',
    async (name) => {
      const cwd = await makeFolder()
      await makePackage(join(cwd, 'node_modules', name), driver)
      const args = [
        'run',
        desk,
        'increment',
        '--mode',
        'inline',
        '--store',
        `${name}:redis://somewhere`,
      ]

      expect(await run(args, { cwd })).toMatchObject({
        code: 0,
        stdout: '1\n',
        stderr: 'at redis://somewhere\n',
      })
    },
  )

  test('may be a PostgreSQL database, whose password is shown to nobody', async () => {
    const port = await closedPort()
    const url = `postgres://ada:open-sesame@127.0.0.1:${port}/holdfast`
    for (const more of [[], ['--json'], ['--verbose']]) {
      const { code, stdout, stderr } = await run(
        ['run', desk, 'increment', '--mode', 'inline', '--store', url, ...more],
        {},
      )
      expect(code).toBe(3)
      expect(stderr).toContain('STORE_UNAVAILABLE')
      expect(stdout + stderr).not.toContain('open-sesame')
    }
    expect(describeStore(url)).toBe(`postgres://127.0.0.1:${port}/holdfast`)
    expect(describeStore('postgresql://localhost/db?password=open-sesame')).toBe(
      'postgresql://localhost/db',
    )
  })

  test('shows nothing of a location that may hold a password', async () => {
    const cwd = await makeFolder()
    await writeFile(join(cwd, 'driver.mjs'), `throw new Error('sour')`)
    const args = ['run', desk, 'increment', '--mode', 'inline', '--store', './driver.mjs#secret']

    expect(await run(args, { cwd })).toMatchObject({
      code: 2,
      stderr: expect.not.stringContaining('secret'),
    })
  })

  test.each([
    ['fails to load', `throw new Error('sour')`, 2, /DRIVER_NOT_FOUND: .* cannot be loaded: sour/],
    ['exports no createDriver', '', 2, /DRIVER_NOT_FOUND: .* exports no createDriver/],
    [
      'fails to make a driver',
      `export const createDriver = () => { throw new Error('sour') }`,
      3,
      /DRIVER_FAILURE: .*sour/,
    ],
    ['makes none', 'export const createDriver = () => 7', 2, /DRIVER_NOT_FOUND: .* made no driver/],
  ])('cannot be had by a driver that %s', async (_what, code, exitCode, message) => {
    const cwd = await makeFolder()
    await writeFile(join(cwd, 'driver.mjs'), code)
    const args = ['run', desk, 'increment', '--mode', 'inline', '--store', './driver.mjs#x']

    expect(await run(args, { cwd })).toMatchObject({
      code: exitCode,
      stderr: expect.stringMatching(message),
    })
  })
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function makePackage(folder: string, code: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const exports = { '.': { import: './index.js' } }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', exports }))
  await writeFile(join(folder, 'index.js'), code)
}
