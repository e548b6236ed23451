import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKnownLeaks } from './known-leaks.ts'
import { type LeakRow, leakRows } from './leak-rows.ts'
import { probes } from './probe/attempt.ts'
import { openTargets } from './targets.ts'
import { ThrowawayHost } from './throwaway-host.ts'

const known = readKnownLeaks()
const open = await openTargets()

afterAll(async () => {
  await open[Symbol.asyncDispose]()
})

describe.for(leakRows.map((row) => [titleOf(row), row] as const))('%s', ([, row]) => {
  let host: ThrowawayHost

  beforeAll(async () => {
    if (row.missing !== null) return
    host = new ThrowawayHost(row, open.targets.secret)
    await host.attempt('keep', open.targets, open.targets.otherWorkspace)
  })

  afterAll(async () => {
    if (row.missing === null) await host[Symbol.asyncDispose]()
  })

  for (const probe of Object.keys(probes)) {
    const leaks = isExpected(probe, row)
    it.skipIf(row.missing !== null)(`${leaks ? 'lets through' : 'stops'} ${probe}`, async () => {
      const verdict = await host.attempt(probe, open.targets)

      expect(verdict).toEqual({ leaked: leaks, detail: expect.any(String) })
    })
  }
})

describe.for(leakRows.map((row) => [titleOf(row), row] as const))('%s', ([, row]) => {
  it.skipIf(row.missing !== null)('opens the network to a plugin that was granted it', async () => {
    await using host = new ThrowawayHost(row, open.targets.secret, 'network')
    const names = ['tcp', 'tcpByName', 'http', 'fetch', 'datagram', 'nameLookup', 'tcpServer']
    const verdicts: boolean[] = []
    for (const name of names) verdicts.push((await host.attempt(name, open.targets)).leaked)

    expect(verdicts).toEqual(names.map(() => true))
    expect(await host.attempt('hostFile', open.targets)).toMatchObject({
      leaked: row.mode === 'inline',
    })
  })
})

it('has a probe for every leak that the page on security lists', () => {
  expect([...known.keys()].filter((name) => probes[name] === undefined)).toEqual([])
  expect(known.size).toBeGreaterThan(0)
})

function isExpected(probe: string, { mode, major }: LeakRow): boolean {
  if (mode !== 'inline') return known.get(probe)?.includes(mode) ?? false
  // Node 24 has none.
  return probe !== 'foreignFunctions' || major >= 26
}

function titleOf({ mode, major, asOneUser, missing }: LeakRow): string {
  const user = mode !== 'inline' && asOneUser ? ', as the user of the host' : ''
  return `${mode} on Node ${major}${user}${missing === null ? '' : ` (skipped: ${missing})`}`
}
