import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ErrorCode, errorCodes } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { type HostRow, hostRows } from '../host-rows.ts'
import { isChosen } from '../is-chosen.ts'
import type { MixReport, Reading } from './mix-report.ts'
import type { MixExtent } from './mix-run.ts'

const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const program = fileURLToPath(new URL('mix-program.ts', import.meta.url))
const mebibyte = 1_048_576

async function runMix(options: HostRow['options']): Promise<MixReport> {
  // In this process a plugin that crashes takes the host with it.
  const crashes = options.mode === 'inline' ? 0 : isSoak ? 10 : 3
  const extent: MixExtent = isSoak
    ? { invocations: 10_000, crashes, crashEveryMs: 1_000, workspaces: 4 }
    : { invocations: 300, crashes, crashEveryMs: 200, workspaces: 2 }
  const args = ['--expose-gc', '--conditions=@holdfast/source', program]
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...args,
    JSON.stringify({ host: options, extent }),
  ])
  return JSON.parse(stdout) as MixReport
}

/** By how much a figure has grown from one reading to a later one. */
function growthOf(readings: readonly Reading[], field: keyof Reading, from: number): number {
  return (readings.at(-1)?.[field] ?? Number.NaN) - (readings[from]?.[field] ?? Number.NaN)
}

const [, first] = hostRows
const chosen = hostRows.filter((row) => row === first || isChosen(row.title))

describe.each(chosen)('a mix of sample plugins in $title', ({ options }) => {
  test('is answered to the last invocation, while a plugin crashes every second', async () => {
    const report = await runMix(options)
    const { samples, victims, readings } = report

    expect(report.invocations).toBeGreaterThanOrEqual(isSoak ? 10_000 : 300)
    expect(report).toMatchObject({ unanswered: 0, foreign: [] })
    // Of those beside it nobody notices anything.
    expect(Object.keys(samples).toSorted()).toEqual(['200', '201', '204', 'done'])
    const refusals = Object.keys(victims).filter((name) => name !== 'done')
    const natures = refusals.map((code) => errorCodes[code as ErrorCode])
    expect([refusals, natures]).toEqual([refusals, refusals.map(() => 'retry')])
    expect(refusals.length > 0).toBe(report.crashes > 0)
    expect(victims['done']).toBeGreaterThan(0)

    // The first reading and the last are of a host that does nothing.
    expect(growthOf(readings, 'heldBytes', 0)).toBeLessThan((isSoak ? 32 : 128) * mebibyte)
    // In the first half caches fill and code is compiled, and crashes begin.
    const half = Math.floor(readings.length / 2)
    expect(growthOf(readings, 'residentBytes', half)).toBeLessThan(64 * mebibyte)
    expect(growthOf(readings, 'descriptors', half)).toBeLessThanOrEqual(8)
  }, 600_000)
})
