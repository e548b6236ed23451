import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const plugin = fileURLToPath(new URL('..', import.meta.url))
const holdfast = fileURLToPath(new URL('../../../dist/bin.js', import.meta.url))

/** Runs a tool in a process of its own, and gives the value of its JSON message. */
async function run(store: string, tool: string, input: object = {}): Promise<object> {
  const call = [
    'run',
    plugin,
    tool,
    '--mode',
    'inline',
    '--input',
    JSON.stringify(input),
    '--store',
    `file:${store}`,
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [holdfast, ...call, '--json'])
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  return (messages.at(-1) as { value: object }).value
}

test('computes once in several processes at once', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-kv-cache-'))
  const store = join(folder.path, 'store.db')
  const path = join(folder.path, 'slow.txt')
  await writeFile(path, randomBytes(500_000).toString('base64'))
  const results = await Promise.all(
    Array.from({ length: 4 }, () => run(store, 'compute', { path })),
  )
  const origins = results.map((result) => (result as { origin: string }).origin)
  expect(origins.filter((origin) => origin === 'miss')).toHaveLength(1)
  expect(await run(store, 'compute', { path })).toMatchObject({ origin: 'hit' })
  expect(await run(store, 'stats')).toMatchObject({ miss: 1, results: 1 })
}, 60_000)
