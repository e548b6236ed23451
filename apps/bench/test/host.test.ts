import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { start } from './bench.ts'

// It measures for some seconds, and others may have the machine's cores.
vi.setConfig({ testTimeout: 180_000 })

test('each row of the host is a line of JSON, and the chart has them all', async () => {
  const { folder, ended } = await start((path) => [
    'host',
    '--quick',
    '--json',
    `--svg=${join(path, 'chart.svg')}`,
  ])
  const { exitCode, stdout, stderr, leftovers } = await ended
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
  expect(rows.map(({ name, unit }) => `${String(name)} ${String(unit)}`)).toEqual([
    'get-1k µs',
    'get-1k-32 ops/s',
    'get-1k-32-bare ops/s',
    'get-1m µs',
    'get-1m-answer µs',
    'tick µs',
    'start-cold ms',
    'start-warm ms',
    'idle per GiB',
    'idle-lean per GiB',
    'kill ms',
  ])
  for (const { ours, other, ratio, skipped, goal, met } of rows) {
    const isMeasured = [ours, other, ratio].every((figure) => Number(figure) > 0)
    expect(isMeasured || typeof skipped === 'string').toBe(true)
    expect([goal, met]).toEqual([null, null])
  }
  expect(await readFile(join(folder, 'chart.svg'), 'utf8')).toContain('get 1 KiB, p50')
  expect(leftovers).toEqual([])
})

test('a row of another benchmark is refused', async () => {
  const { ended } = await start(() => ['host', '--only', 'pgbench-get-1'])
  const { exitCode, stderr } = await ended
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/No row is named "pgbench-get-1"\. There are:\n {2}get-1k\n/)
})

test('a mode that there is not is refused with those that there are', async () => {
  const { ended } = await start(() => ['host', '--mode', 'thread'])
  const { exitCode, stderr } = await ended
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Allowed choices are process, sandbox, inline.')
})
