import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { start } from './bench.ts'

// Each starts a server and measures for some seconds, and others may have the machine's cores.
vi.setConfig({ testTimeout: 180_000 })

test('each row is a line of JSON, the chart has them all, and nothing is left behind', async () => {
  const { folder, ended } = await start((path) => [
    'postgres',
    '--quick',
    '--json',
    `--svg=${join(path, 'charts/chart.svg')}`,
    '--only',
    'pgbench-get-1',
    'stream-read',
    'list-keys',
  ])
  const { exitCode, stdout, stderr, leftovers } = await ended
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  const figures = {
    ours: expect.any(Number),
    other: expect.any(Number),
    ratio: expect.any(Number),
    low: expect.any(Number),
    high: expect.any(Number),
    goal: null,
    met: null,
  }
  expect(rows).toEqual([
    { ...figures, name: 'pgbench-get-1', unit: 'ops/s' },
    { ...figures, name: 'stream-read', unit: 'MiB' },
    { ...figures, name: 'list-keys', unit: 'µs' },
  ])
  expect(Object.keys(rows[0] ?? {}).join()).toBe('name,ours,other,unit,ratio,low,high,goal,met')
  const chart = await readFile(join(folder, 'charts/chart.svg'), 'utf8')
  for (const title of ['get 1 KiB, 1 in flight', 'memory to read', 'list 1,000 of']) {
    expect(chart).toContain(title)
  }
  expect(leftovers).toEqual([])
})

test('an interrupted benchmark stops its server and says with its exit code what ended it', async () => {
  const { child, ended } = await start(() => ['postgres', '--quick', '--json', '--only', 'list'])
  if (child.stdout === null) throw new Error('There is no stdout.')
  // The first row is there, and the second is being measured.
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const { exitCode, stderr, leftovers } = await ended
  expect(stderr).toBe('')
  expect(exitCode).toBe(130)
  expect(leftovers).toEqual([])
})

test('a row that does not exist is refused with the names of those that do', async () => {
  const { ended } = await start(() => ['postgres', '--only', 'pgbench-put'])
  const { exitCode, stdout, stderr } = await ended
  expect(exitCode).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/No row is named "pgbench-put"\. There are:\n {2}pgbench-get-32\n/)
})

test('a server that cannot be reached is an error that says what to do, without its password', async () => {
  const { ended } = await start(() => [
    'postgres',
    '--postgres-url=postgres://bench:secret@127.0.0.1:1/bench',
  ])
  const { exitCode, stderr } = await ended
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/cannot be used: .*ECONNREFUSED.*leave the option out/)
  expect(stderr).not.toContain('secret')
})

test('wrong input is told apart from failure', async () => {
  const { ended } = await start(() => ['postgres', '--seconds', '0.5'])
  const { exitCode, stderr } = await ended
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/whole number of seconds/)
})
