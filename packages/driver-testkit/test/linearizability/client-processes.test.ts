import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runLinearizability } from '../../src/linearizability/run-linearizability.ts'
import { temporaryFolder } from './temporary-folder.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

describe('a run in processes leaves none behind and fails when', { timeout: 60_000 }, () => {
  let server: Server
  /** One per process that was started. */
  let calls: Promise<unknown>[]

  beforeEach(async () => {
    calls = []
    server = createServer((socket: Socket) => {
      socket.on('error', () => undefined).resume()
      calls.push(once(socket, 'close'))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })

  afterEach(() => {
    server.close()
  })

  async function messageOf(module: string, behaviour: string, timeoutMs: number): Promise<string> {
    await using folder = await temporaryFolder()
    const { port } = server.address() as AddressInfo
    const run = runLinearizability({
      seed: 1,
      driverModule: join(fixtures, module),
      location: `${port}/${behaviour}`,
      processes: 2,
      timeoutMs,
      failureFolder: folder.path,
    })
    const error: unknown = await run.catch((thrown: unknown) => thrown)
    return String(error)
  }

  test('a driver never opens', async () => {
    expect(await messageOf('calling-driver.ts', 'never-opens', 2_000)).toContain('broken off')
    await Promise.all(calls)
  })

  test('a process ends by itself, and shows what it printed', async () => {
    const message = await messageOf('calling-driver.ts', 'exits', 60_000)
    expect(message).toContain('exit code 3')
    expect(message).toContain('I have had enough.')
    expect(calls).toHaveLength(2)
    await Promise.all(calls)
  })

  test('the store of each process is another', async () => {
    expect(await messageOf('calling-driver.ts', '', 60_000)).toContain('not linearizable')
    // The last one reads what the others have left.
    expect(calls).toHaveLength(3)
    await Promise.all(calls)
  })

  test('the module has no createDriver', async () => {
    const message = await messageOf('no-driver.ts', '', 60_000)
    expect(message).toContain('A driver module exports createDriver(location)')
  })

  test.each([
    ['at work', ''],
    ['not even open', 'never-opens'],
  ])('whoever started it is killed while its processes are %s', async (_, behaviour) => {
    const program = join(fixtures, 'endless-run.ts')
    const { port } = server.address() as AddressInfo
    const parameters = ['--conditions=@holdfast/source', program, `${port}/${behaviour}`]
    const starter = spawn(process.execPath, parameters, { stdio: 'ignore' })
    const exit = once(starter, 'exit')
    while (calls.length < 2) await once(server, 'connection')
    starter.kill('SIGKILL')
    expect(await exit).toEqual([null, 'SIGKILL'])
    await Promise.all(calls)
  })
})
