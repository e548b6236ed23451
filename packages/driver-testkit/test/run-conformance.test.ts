import type { Capabilities } from '@holdfast/core'
import {
  conformanceSections,
  type DriverUnderTest,
  runConformance,
  type TestRunner,
} from '@holdfast/driver-testkit'
import { expect, test, vi } from 'vitest'
import { createMapDriver } from '../examples/map-driver.ts'

/** A test runner that only writes down what it is told, to be run later. */
class Recorder {
  readonly titles: string[] = []
  readonly tests = new Map<string, () => Promise<void>>()
  readonly skipped: string[] = []
  readonly endings: (() => Promise<void>)[] = []

  runner(): TestRunner {
    const run = (title: string, body: () => Promise<void>): unknown => this.tests.set(title, body)
    const skip = (title: string): unknown => this.skipped.push(title)
    return {
      describe: (title, body) => {
        this.titles.push(title)
        body()
      },
      test: Object.assign(run, { skip }),
      expect,
      afterAll: (body) => this.endings.push(body),
    }
  }

  async run(id: string): Promise<void> {
    const title = [...this.tests.keys()].find((candidate) => candidate.startsWith(`${id}: `))
    await this.tests.get(title ?? '')?.()
  }
}

const memory = createMapDriver().capabilities
const total = conformanceSections.flatMap(({ checks }) => checks).length

function subject(
  capabilities: Partial<Capabilities> = {},
  overrides: Partial<DriverUnderTest> = {},
): DriverUnderTest {
  return {
    name: 'map',
    capabilities: { ...memory, ...capabilities },
    createStore: ({ clock }) => ({ createDriver: () => createMapDriver({ clock }) }),
    ...overrides,
  }
}

test('every check is declared, in its section, as a test or as skipped', () => {
  const recorder = new Recorder()
  runConformance(subject(), recorder.runner())
  expect(recorder.titles.slice(1)).toEqual(conformanceSections.map(({ title }) => title))
  expect(recorder.tests.size + recorder.skipped.length).toBe(total)
})

test('what a driver lacks is skipped with the reason in the title, and what it has is not', () => {
  const poor = new Recorder()
  runConformance(subject({}, { takesClock: false }), poor.runner())
  expect(poor.skipped).toContainEqual(
    expect.stringMatching(
      /^durability\.reopened: .* \(skipped: the driver's durability is none\)$/,
    ),
  )
  expect(poor.skipped).toContainEqual(expect.stringMatching(/^expiry\.moment: .*takes no clock/))
  expect(poor.skipped).not.toContainEqual(expect.stringMatching(/^expiry\.by-itself: /))

  const rich = new Recorder()
  const most = { maxStreamBytes: 100_000_000, maxWatchedKeys: 16 } as const
  const capable = subject(
    { durability: 'power-loss', shared: true, ...most },
    { offers: ['breakDown', 'holdUp', 'countLeftovers'] },
  )
  runConformance(capable, rich.runner())
  expect(rich.skipped).toEqual([
    expect.stringMatching(/^expiry\.by-itself: .*the driver takes the clock of the kit/),
    expect.stringMatching(/^capabilities\.no-streams: .*the driver streams/),
    expect.stringMatching(/^capabilities\.no-watching: .*the driver watches/),
  ])
})

test('a broken promise fails its test', async () => {
  const recorder = new Recorder()
  runConformance(subject({ maxCommitEntries: 500 }), recorder.runner())
  await expect(recorder.run('capabilities.fixed')).rejects.toThrow('to deeply equal')
})

test('the counts of each section are printed in the end', async () => {
  const recorder = new Recorder()
  runConformance(subject({ maxCommitEntries: 500 }), recorder.runner())
  await recorder.run('get.order')
  await recorder.run('get.nothing')
  await recorder.run('capabilities.fixed').catch(() => undefined)
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  for (const end of recorder.endings) await end()
  const report = print.mock.calls.join('\n')
  print.mockRestore()
  expect(report).toMatch(/^The map driver: 2 passed, 1 failed, \d+ skipped$/m)
  expect(report).toMatch(/^ {2}get +2 passed, \d+ skipped$/m)
  expect(report).toMatch(/^ {2}capabilities +0 passed, 1 failed$/m)
  expect(report).toMatch(
    /^ {2}skipped .*durability\.reopened,.* and \d+ more: the driver's durability is none$/m,
  )
})

function watched(events: string[]): DriverUnderTest {
  return subject(
    { maxCommitEntries: 500 },
    {
      createStore: ({ clock }) => {
        events.push('store made')
        return {
          createDriver: () => {
            const driver = createMapDriver({ clock })
            const close = driver.close.bind(driver)
            driver.close = async () => {
              await close()
              events.push('driver closed')
            }
            return driver
          },
          dispose: () => void events.push('store removed'),
        }
      },
    },
  )
}

test('drivers are closed and stores removed after each check, also after one that failed', async () => {
  const events: string[] = []
  const recorder = new Recorder()
  const { afterAll: _, ...runner } = recorder.runner()
  runConformance(watched(events), runner)
  await recorder.run('get.nothing')
  expect(events.splice(0)).toEqual(['store made', 'driver closed', 'store removed'])
  await recorder.run('capabilities.fixed').catch(() => undefined)
  expect(events).toEqual(['store made', 'driver closed', 'store removed'])
})

test('with afterAll, checks use one store until one of them fails or closes its driver', async () => {
  const events: string[] = []
  const recorder = new Recorder()
  runConformance(watched(events), recorder.runner())
  await recorder.run('clear.all')
  await recorder.run('expiry.list')
  await recorder.run('list.nothing')
  expect(events.splice(0)).toEqual(['store made'])
  await recorder.run('capabilities.fixed').catch(() => undefined)
  expect(events.splice(0)).toEqual(['driver closed', 'store removed'])
  await recorder.run('lifecycle.after-close')
  expect(new Set(events.splice(0))).toEqual(
    new Set(['store made', 'driver closed', 'store removed']),
  )
  await recorder.run('list.nothing')
  for (const end of recorder.endings) await end()
  expect(events).toEqual(['store made', 'driver closed', 'store removed'])
})
