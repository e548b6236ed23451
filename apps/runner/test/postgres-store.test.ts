import { Databases, ThrowawayPostgres } from '@holdfast/test-postgres'
import { afterAll, expect, test, vi } from 'vitest'
import { desk, run } from './holdfast.ts'
import { callTool, serve } from './server.ts'

// Where plugins run is none of this suite's business, and here it is quickest.
vi.stubEnv('HOLDFAST_MODE', 'inline')

const secret = 'open-sesame'
/** How long it may take to find out, beyond the start of the program. */
const longestMs = 5_000

const server = await ThrowawayPostgres.start({ password: secret })
const databases = new Databases(server.url)
const store = await databases.create()

afterAll(async () => {
  await databases.drop(store)
  await databases[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

test('what is stored in PostgreSQL outlives the process, and is shared by run, serve and data', async () => {
  const increment = ['run', desk, 'increment', '--workspace', 'acme', '--store', store]
  expect(await run(increment)).toEqual({ code: 0, stdout: '1\n', stderr: '' })
  const one = await serve(['--store', store])
  const two = await serve(['--store', store])
  expect(await (await callTool(one, 'increment')).json()).toEqual({ type: 'json', value: 2 })
  expect(await (await callTool(two, 'increment')).json()).toEqual({ type: 'json', value: 3 })
  for (const each of [one, two]) {
    each.child.kill('SIGTERM')
    expect(await each.ended).toBe(0)
  }
  const where = ['--plugin', 'desk', '--store-name', 'persistent_store', '--store', store]
  expect(await run(['data', 'get', 'count', '--workspace', 'acme', ...where])).toMatchObject({
    code: 0,
    stdout: '3',
  })
  expect(await run(['data', 'rm', 'count', '--workspace', 'acme', ...where])).toMatchObject({
    code: 0,
  })
  expect(await run(increment)).toEqual({ code: 0, stdout: '1\n', stderr: '' })
})

const runIncrement = ['run', desk, 'increment', '--mode', 'inline']
const wrongPassword = (url: URL): void => void (url.password = `${secret}-wrong`)
const cases: readonly (readonly [string, string, readonly string[], (url: URL) => void])[] = [
  ['a wrong password', 'STORE_ACCESS_DENIED', runIncrement, wrongPassword],
  ['a wrong password', 'STORE_ACCESS_DENIED', ['serve', '--plugins', desk], wrongPassword],
  ['a wrong password', 'STORE_ACCESS_DENIED', ['data', 'ls'], wrongPassword],
  ['a wrong user', 'STORE_ACCESS_DENIED', runIncrement, (url) => void (url.username = 'ada')],
  ['a wrong database', 'STORE_NOT_FOUND', runIncrement, (url) => void (url.pathname = '/none')],
  ['a wrong parameter', 'STORE_URL_INVALID', runIncrement, (url) => void (url.search = '?a=b')],
]

test.for(cases)('%s in the URL is told as %s, soon and without the password', async (each) => {
  const [, code, args, change] = each
  const url = new URL(store)
  change(url)
  const idle = await timed(['--version'])
  const failed = await timed([...args, '--store', url.href, '--verbose'])
  expect(failed).toMatchObject({ stderr: expect.stringContaining(code) })
  expect(failed.code).not.toBe(0)
  expect(failed.stdout + failed.stderr).not.toContain(secret)
  expect(failed.tookMs - idle.tookMs).toBeLessThan(longestMs)
})

async function timed(
  args: readonly string[],
): Promise<Awaited<ReturnType<typeof run>> & { readonly tookMs: number }> {
  const startedAt = performance.now()
  const outcome = await run(args)
  return { ...outcome, tookMs: performance.now() - startedAt }
}
