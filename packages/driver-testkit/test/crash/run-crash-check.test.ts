import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CrashCheckFailure } from '../../src/crash/crash-check-failure.ts'
import {
  type CrashCheckOptions,
  formatCrashRun,
  runCrashCheck,
} from '../../src/crash/run-crash-check.ts'
import { temporaryFolder } from '../linearizability/temporary-folder.ts'
import type { Fault } from './fixtures/log-driver.ts'

const driverModule = join(import.meta.dirname, 'fixtures/log-driver.ts')

function checkIn(folder: string, options: Partial<CrashCheckOptions> = {}, fault?: Fault) {
  const log = join(folder, 'log')
  return runCrashCheck({
    driverModule,
    location: fault === undefined ? log : `${fault}:${log}`,
    kills: 8,
    seed: 1,
    failureFolder: join(folder, 'failure'),
    ...options,
  })
}

async function failureOf(run: Promise<unknown>): Promise<CrashCheckFailure> {
  const error: unknown = await run.catch((thrown: unknown) => thrown)
  if (error instanceof CrashCheckFailure) return error
  throw new Error(`The check did not fail as it had to, but: ${String(error)}`)
}

function expectNoProcessLeft(folder: string): void {
  const pids = readFileSync(join(folder, 'log.pids'), 'utf8').trim().split('\n').map(Number)
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
}

test('a driver that keeps what it acknowledges passes, and no process is left', async () => {
  await using folder = await temporaryFolder()
  const run = await checkIn(folder.path)
  expect(run).toMatchObject({ seed: 1, kills: 8 })
  expect(run.acknowledged).toBeGreaterThan(8)
  expect(formatCrashRun(run)).toContain('8 kills')
  expectNoProcessLeft(folder.path)
}, 60_000)

test.for([
  ['acknowledges-early', '16.1', 'holds nothing, and must hold round'],
  ['tears-pairs', '6.1', 'in its two stores, written in one commit'],
  ['tears-values', '2.6', 'that nobody wrote whole'],
  ['drifts', '8.2', 'the usage of storage of '],
  ['keeps-refused', '6.1', 'is there, and its commit was refused'],
] as const)(
  'a driver that %s breaks promise %s, and the ledger is saved',
  { timeout: 60_000 },
  async ([fault, promise, what]) => {
    await using folder = await temporaryFolder()
    // Which kill meets the fault is chance, and the first that does ends the check.
    const failure = await failureOf(checkIn(folder.path, { kills: 200 }, fault))
    expect(failure.findings).toContainEqual({ promise, what: expect.stringContaining(what) })
    expect(failure.message).toContain(`Seed: 1\nLedger: ${failure.ledgerPath}`)
    const ledger = readFileSync(failure.ledgerPath, 'utf8')
    // A kill may come before the first write of a slot.
    expect(ledger).toContain('"kind":"opening"')
    expect(ledger).toContain('"kind":"killed"')
    expectNoProcessLeft(folder.path)
  },
)

test('a driver that never answers is given up, and its process killed', async () => {
  await using folder = await temporaryFolder()
  const options = { processTimeoutMs: 5_000 }
  const failure = await failureOf(checkIn(folder.path, options, 'never-answers'))
  expect(failure.findings).toEqual([])
  expect(failure.message).toContain('was still there after 5000 ms')
  expectNoProcessLeft(folder.path)
}, 60_000)

test('a driver that never knows whether it has written is given up, with what it said', async () => {
  await using folder = await temporaryFolder()
  const failure = await failureOf(checkIn(folder.path, {}, 'never-sure'))
  expect(failure.message).toContain('the line is cut')
  expectNoProcessLeft(folder.path)
}, 60_000)

test('a check that is aborted ends at once, and leaves no process', async () => {
  await using folder = await temporaryFolder()
  const controller = new AbortController()
  const run = failureOf(checkIn(folder.path, { kills: 1_000, signal: controller.signal }))
  controller.abort(new Error('enough'))
  expect((await run).message).toContain('enough')
})

test('a module that makes no driver is named', async () => {
  await using folder = await temporaryFolder()
  const failure = await failureOf(checkIn(folder.path, { driverModule: import.meta.filename }))
  expect(failure.message).toContain('run-crash-check.test.ts')
})
