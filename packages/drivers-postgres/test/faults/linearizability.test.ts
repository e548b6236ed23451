import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatRun, runLinearizability } from '@holdfast/driver-testkit'
import postgres from 'postgres'
import { afterAll, expect, test } from 'vitest'
import { Databases } from '../databases.ts'

const fixtures = join(import.meta.dirname, '../fixtures')
const databases = new Databases()
afterAll(() => databases[Symbol.asyncDispose]())

// `pnpm soak` names the first of 20 seeds.
const first = process.env['HOLDFAST_SOAK']
const count = first === undefined ? 3 : 20
const operations = first === undefined ? 300 : 1_500
const seeds = Array.from({ length: count }, (_, index) => Number(first ?? 1) + index)
const kills = 2
const terminateEveryMs = 400

const terminateOthers = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`

test.for(seeds)(
  `is linearizable to 8 clients in 2 processes, with ${kills} kills, lost connections, serialization failures and seed %i`,
  { timeout: 180_000 },
  async (seed, { annotate }) => {
    await using stack = new AsyncDisposableStack()
    const location = await databases.create()
    stack.defer(() => databases.drop(location))
    const admin = stack.adopt(postgres(location, { max: 1 }), (client) => client.end())
    let terminated = 0
    const terminating = setInterval(() => {
      void admin.unsafe(terminateOthers).then(
        (rows) => (terminated += rows.length),
        () => undefined,
      )
    }, terminateEveryMs)
    stack.defer(() => clearInterval(terminating))
    const run = await runLinearizability({
      seed,
      driverModule: join(fixtures, 'driver-module.ts'),
      location,
      operations,
      processes: 2,
      kills,
    })
    await annotate(`${formatRun(run)}; ${terminated} connections terminated`)
    expect(run.kills).toBe(kills)
    expect(terminated).toBeGreaterThan(0)
    expect(run.outcomes.ok).toBeGreaterThan(operations / 2)
  },
)

test('would not pass if each process read from a cache of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-caching-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const location = await databases.create()
  stack.defer(() => databases.drop(location))
  const run = runLinearizability({
    seed: 1,
    driverModule: join(fixtures, 'caching-driver-module.ts'),
    location,
    operations: 300,
    processes: 2,
    failureFolder: folder,
  })
  await expect(run).rejects.toMatchObject({ kind: 'violation' })
})
