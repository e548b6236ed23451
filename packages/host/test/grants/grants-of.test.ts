import { describe, expect, test } from 'vitest'
import { grantsOf, type OperatorPolicy, type PluginManifest, ungrantedOf } from '../../src/index.ts'
import { makeManifest } from './make-manifest.ts'

const asking = makeManifest({
  permissions: { network: true, environment: ['KEY', 'OTHER'] },
  bundle: { format: 'script', cachePath: null, addons: true },
})
const modest = makeManifest({})

/** All that is granted where nobody says anything. */
const byDefault = {
  network: true,
  environment: {},
  addons: false,
  quotaBytes: 1000,
  memoryBytes: 134_217_728,
  timeoutMs: 5000,
  concurrency: 8,
  queue: 16,
}

describe('a plugin is granted', () => {
  test('what its manifest asks for, but neither variables nor addons, where nobody says anything', () => {
    expect(grantsOf(asking)).toEqual(byDefault)
    expect(grantsOf(modest)).toEqual({ ...byDefault, network: false })
  })

  test('what the operator names of what it asks for', () => {
    const policy = { network: true, environment: { KEY: 'secret' }, addons: true, quotaBytes: 1000 }

    expect(grantsOf(asking, policy)).toEqual({
      ...byDefault,
      environment: { KEY: 'secret' },
      addons: true,
    })
  })

  test('no network where the operator says so', () => {
    expect(grantsOf(asking, { network: false }).network).toBe(false)
    expect(grantsOf(asking, {}, { network: false }).network).toBe(false)
  })

  test.each([
    ['quotaBytes', 0],
    ['memoryBytes', 67_108_864],
    ['timeoutMs', 1],
    ['concurrency', 1],
    ['queue', 0],
  ] as const)('the smaller %s', (name, least) => {
    expect(grantsOf(asking, { [name]: least })).toEqual({ ...byDefault, [name]: least })
    expect(grantsOf(asking, {}, { [name]: least })).toEqual({ ...byDefault, [name]: least })
  })

  test('what goes for all plugins, except where something is said of this one', () => {
    const defaults: OperatorPolicy = {
      network: false,
      environment: { KEY: 'for all', OTHER: 'for all' },
      timeoutMs: 100,
      concurrency: 2,
    }
    expect(grantsOf(asking, { network: true, environment: {}, timeoutMs: 300 }, defaults)).toEqual({
      ...byDefault,
      timeoutMs: 300,
      concurrency: 2,
    })
    expect(grantsOf(asking, {}, defaults)).toMatchObject({
      network: false,
      environment: { KEY: 'for all', OTHER: 'for all' },
      timeoutMs: 100,
    })
  })

  test('no more than it asks for, whatever goes for all plugins', () => {
    const defaults: OperatorPolicy = {
      network: true,
      environment: { KEY: 'secret', toString: 'secret' },
      addons: true,
      quotaBytes: 10_000,
      memoryBytes: 1_000_000_000,
      timeoutMs: 60_000,
      concurrency: 100,
      queue: 100,
    }
    expect(grantsOf(modest, {}, defaults)).toEqual({ ...byDefault, network: false })
  })

  test('a variable of any name, and none that nobody set', () => {
    const names = ['__proto__', 'constructor']
    const manifest = makeManifest({ permissions: { network: false, environment: names } })
    const environment = Object.fromEntries([['__proto__', 'milk']])

    expect(Object.entries(grantsOf(manifest, { environment }).environment)).toEqual([
      ['__proto__', 'milk'],
    ])
  })
})

describe('a policy for one plugin is refused', () => {
  test.each<[string, PluginManifest, OperatorPolicy, RegExp]>([
    [
      'that grants the network unasked',
      modest,
      { network: true },
      /^The grants of the plugin "notes": The network is granted, but the manifest does not ask for it\. Take the grant back, or have the author write "permissions": \{ "network": true \}\.$/,
    ],
    [
      'that grants a variable unasked',
      asking,
      { environment: { KEY: 'a', MORE: 'secret' } },
      /: The variable MORE is granted, but the manifest does not ask for it\./,
    ],
    ['that grants addons unasked', modest, { addons: true }, /: Native addons are granted, but/],
    [
      'that grants a larger quota',
      asking,
      { quotaBytes: 1001 },
      /: quotaBytes is 1001, but the manifest asks for 1000\. Write 1000 at most, or have the author raise holdfast\.storage\.quotaBytes\.$/,
    ],
    [
      'that grants larger limits',
      asking,
      { memoryBytes: 134_217_729, timeoutMs: 5001, concurrency: 9, queue: 17 },
      /memoryBytes is .*timeoutMs is .*concurrency is .*queue is 17, .*raise holdfast\.limits\.queue/,
    ],
    [
      'with too little memory',
      asking,
      { memoryBytes: 1000 },
      /: memoryBytes must be a whole number of bytes from 67108864 to 1099511627776; got 1000\.$/,
    ],
    [
      'with half an invocation',
      asking,
      { concurrency: 0.5 },
      /: concurrency must be a whole number/,
    ],
    ['with no number', asking, { queue: Number.NaN }, /: queue must be a whole number/],
    [
      'with a name that nothing reads',
      asking,
      { netwrok: false } as OperatorPolicy,
      /has "netwrok", which nothing reads/,
    ],
  ])('%s', (_what, manifest, policy, message) => {
    expect(() => grantsOf(manifest, policy)).toThrow(
      expect.objectContaining({
        code: 'GRANT_INVALID',
        message: expect.stringMatching(message),
        context: { plugin: 'notes' },
      }),
    )
  })

  test('without telling the value of a variable', () => {
    const policy = { environment: { MORE: 'secret' }, network: true }

    expect(() => grantsOf(modest, policy)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    )
  })
})

test('a policy for all plugins is refused where no policy can be so', () => {
  expect(() => grantsOf(modest, {}, { timeoutMs: -1 })).toThrow(/timeoutMs must be/)
})

describe('what a plugin asks for and is not granted', () => {
  test('is told', () => {
    expect(ungrantedOf(asking, grantsOf(asking, { network: false }))).toEqual([
      'network',
      'addons',
      'KEY',
      'OTHER',
    ])
    const policy = { addons: true, environment: { OTHER: '' } }
    expect(ungrantedOf(asking, grantsOf(asking, policy))).toEqual(['KEY'])
  })

  test('is nothing where it asks for nothing', () => {
    expect(ungrantedOf(modest, grantsOf(modest, { queue: 0 }))).toEqual([])
  })
})
