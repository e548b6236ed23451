import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeStore, run, start } from './holdfast.ts'

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
    const input = JSON.stringify({ times })
    const call = ['run', counter, tool, '--store', store, '--mode', 'inline', '--input', input]
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

const inline = ['--store', 'memory:', '--mode', 'inline']

test('a promise that a tool leaves behind to be rejected is told in a paragraph, and fails the run', async () => {
  const { code, stdout, stderr } = await run(['run', counter, 'forget', ...inline])
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'done\n' })
  expect(stderr).toMatch(/^holdfast: WRONG_TYPE: A plugin left a promise behind .+\n$/)
})

test('what a tool leaves behind that throws ends its run with a paragraph', async () => {
  const { code, stdout, stderr } = await run(['run', counter, 'explode', ...inline])
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'lit\n' })
  expect(stderr).toBe(
    'holdfast: TOOL_FAILED: A plugin left something behind that threw: the milk is sour\n',
  )
})

test('a promise that a tool leaves behind to be rejected does not end a server that runs it inline', async () => {
  const store = await makeStore()
  const { child, stdout } = start([
    'serve',
    '--json',
    '--port',
    '0',
    '--plugins',
    counter,
    '--store',
    store,
    '--mode',
    'inline',
  ])
  const [line] = (await once(stdout, 'data')) as [Buffer]
  const { url } = JSON.parse(String(line)) as { url: string }
  const call = (tool: string, body: string): Promise<string> =>
    fetch(`${url}/v1/workspaces/w/plugins/counter/tools/${tool}`, { method: 'POST', body }).then(
      (response) => response.text(),
    )
  expect(await call('forget', '{}')).toContain('done')
  expect(await call('increment', '{ "times": 1 }')).toContain('done')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
