import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeStore, run } from './holdfast.ts'

const counter = fileURLToPath(new URL('fixtures/counter', import.meta.url))
const processes = 4
const times = 1000

test.each([
  ['increment', 'persistent_store'],
  ['update', 'storage'],
])(
  `${processes} processes that %s one key of one file ${times} times each lose nothing`,
  async (tool, storeName) => {
    const store = await makeStore()
    const call = ['run', counter, tool, '--store', store, '--input', JSON.stringify({ times })]
    const outcomes = await Promise.all(Array.from({ length: processes }, () => run(call)))
    expect(outcomes).toEqual(
      Array.from({ length: processes }, () => ({ code: 0, stdout: 'done\n', stderr: '' })),
    )

    const get = ['data', 'get', 'count', '--plugin', 'counter', '--store', store]
    const { stdout } = await run([...get, '--store-name', storeName])
    expect(Number(stdout)).toBe(processes * times)
  },
  120_000,
)
