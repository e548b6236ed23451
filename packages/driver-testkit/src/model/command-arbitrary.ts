import { parsePluginId, parseWorkspaceId, type Scope, storeNames } from '@holdfast/core'
import * as fc from 'fast-check'
import type { DriverUnderTest } from '../driver-under-test.ts'
import { keyArbitrary, prefixArbitrary } from './key-arbitraries.ts'
import type {
  CommitAction,
  ModelAction,
  ModelCommand,
  PlaceOfKey,
  QuotaPlan,
  ReadStreamAction,
  UploadAction,
  WantedVersion,
  WrittenEntry,
} from './model-command.ts'

/** Plugins that are easily taken for one another, the first one oftener than the others. */
const plugins = [
  { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('notes') },
  { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('notes.b') },
  { workspace: parseWorkspaceId('Acme'), plugin: parsePluginId('notes') },
  { workspace: parseWorkspaceId('a_me'), plugin: parsePluginId('notes') },
] as const

/** All scopes that commands are about. */
export const modelScopes: readonly Scope[] = plugins.flatMap((plugin) =>
  storeNames.map((store) => ({ ...plugin, store })),
)

const target = mostly(fc.constant(plugins[0]), fc.constantFrom(...plugins))
const workspace = target.map((chosen) => chosen.workspace)
const plugin = target.map((chosen) => chosen.plugin)
const store = fc.constantFrom(...storeNames)
const scope = fc.tuple(target, store).map(([chosen, name]) => ({ ...chosen, store: name }))
const place: fc.Arbitrary<PlaceOfKey> = fc.record({ store, key: keyArbitrary })
const pageLimit = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(1_000))

const wanted: fc.Arbitrary<WantedVersion> = mostly(
  fc.constant('current'),
  fc.constantFrom('absent', 'former', 'other case', 'unknown'),
)

/** Most quotas are at the very edge of what is needed. */
const quota: fc.Arbitrary<QuotaPlan | null> = fc.option(
  mostly(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -300, max: 300 })).map(
    (spareBytes) => ({ spareBytes }),
  ),
  { freq: 2 },
)

/** Commands that concern a driver, by what it says of itself. */
export function commandArbitrary(subject: DriverUnderTest): fc.Arbitrary<ModelCommand> {
  const through = subject.capabilities.shared ? fc.nat({ max: 1 }) : fc.constant(0)
  return fc.tuple(through, actionArbitrary(subject)).map(([number, action]) => {
    return { through: number, ...action }
  })
}

function actionArbitrary(subject: DriverUnderTest): fc.Arbitrary<ModelAction> {
  const { capabilities, takesClock = true } = subject
  const { durability, maxStreamBytes, maxWatchedKeys } = capabilities
  const actions: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<ModelAction>])[] = [
    [12, commitArbitrary(takesClock)],
    [4, actionOf('get', fc.record({ scope, keys: fc.array(keyArbitrary, { maxLength: 6 }) }))],
    [4, listArbitrary],
    [5, actionOf('go on listing', fc.record({ listing: fc.nat({ max: 3 }) }))],
    [2, actionOf('usage', fc.record({ scope }))],
    [1, scopesArbitrary],
    [1, actionOf('clear', fc.record({ scope }))],
    [1, actionOf('sweep', fc.record({ aheadMs: someTime(-3, 3) }))],
    [takesClock ? 3 : 0, actionOf('advance the clock', fc.record({ ms: someTime(1, 3) }))],
    [durability === 'none' ? 0 : 1, fc.constant({ kind: 'close and reopen' })],
    [maxStreamBytes === 0 ? 0 : 3, uploadArbitrary(takesClock)],
    [maxStreamBytes === 0 ? 0 : 3, readStreamArbitrary],
    [
      maxStreamBytes === 0 ? 0 : 1,
      actionOf('go on reading', fc.record({ reading: fc.nat({ max: 3 }) })),
    ],
    [maxWatchedKeys === 0 ? 0 : 1, watchArbitrary(maxWatchedKeys)],
  ]
  return fc.oneof(...actions.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}

/** How many bytes: mostly few, and now and then what is just too much for something. */
const lengthArbitrary: fc.Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  { weight: 60, arbitrary: fc.nat({ max: 9 }) },
  { weight: 3, arbitrary: fc.nat({ max: 5_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536) },
)

function commitArbitrary(takesClock: boolean): fc.Arbitrary<CommitAction> {
  const written = fc.tuple(place, writtenEntry(takesClock)).map(([where, entry]) => {
    return { ...where, ...entry }
  })
  const oneOfEach = { selector: ({ store: name, key }: PlaceOfKey) => `${name} ${key}` }
  const fields = fc.record({
    target,
    checks: mostly(
      fc.constant([]),
      fc.array(fc.record({ store, key: keyArbitrary, wanted }), { maxLength: 5 }),
    ),
    puts: fc.uniqueArray(written, { ...oneOfEach, maxLength: 4 }),
    deletes: mostly(fc.constant([]), fc.uniqueArray(place, { ...oneOfEach, maxLength: 4 })),
    quota,
    spoils: fc.boolean(),
  })
  const checksWhatItChanges = mostly(fc.constant(null), wanted)
  return fc.tuple(fields, checksWhatItChanges).map(([commit, version]) => {
    const [changed] = [...commit.puts, ...commit.deletes]
    if (version === null || changed === undefined) return { kind: 'commit', ...commit }
    const check = { store: changed.store, key: changed.key, wanted: version }
    return { kind: 'commit', ...commit, checks: [...commit.checks, check] }
  })
}

const listArbitrary: fc.Arbitrary<ModelAction> = actionOf(
  'list',
  fc.record({
    scope,
    prefix: prefixArbitrary,
    limit: pageLimit,
    keysOnly: fc.boolean(),
  }),
)

const scopesArbitrary: fc.Arbitrary<ModelAction> = actionOf(
  'scopes',
  fc.record({
    workspace: orAll(workspace),
    plugin: orAll(plugin),
    limit: pageLimit,
  }),
)

function uploadArbitrary(takesClock: boolean): fc.Arbitrary<UploadAction> {
  const fields = fc.record({
    scope,
    key: keyArbitrary,
    pieceBytes: fc.constantFrom(65_536, 4, 70_000),
    wanted: mostly(fc.constant(null), wanted),
    quota,
    fails: mostly(fc.constant(false), fc.boolean()),
  })
  return fc.tuple(fields, writtenEntry(takesClock)).map(([upload, entry]) => {
    const whole = { kind: 'write a stream', ...upload, ...entry } as const
    return upload.fails ? { ...whole, quota: null } : whole
  })
}

const readStreamArbitrary: fc.Arbitrary<ReadStreamAction> = actionOf(
  'read a stream',
  fc.record({
    scope,
    key: keyArbitrary,
    range: fc.option(
      fc.tuple(lengthArbitrary, fc.option(lengthArbitrary)).map(([start, length]) => {
        return { start, end: length === null ? null : start + length }
      }),
      { freq: 2 },
    ),
    isHeld: fc.boolean(),
  }),
)

function watchArbitrary(maxWatchedKeys: number): fc.Arbitrary<ModelAction> {
  const maxLength = Math.max(1, Math.min(3, maxWatchedKeys))
  return actionOf(
    'watch',
    fc.record({ scope, keys: fc.array(keyArbitrary, { minLength: 1, maxLength }) }),
  )
}

function writtenEntry(takesClock: boolean): fc.Arbitrary<WrittenEntry> {
  const expiry = takesClock ? someTime(-1, 8) : fc.constant(null)
  // Of few seeds, so that the same bytes are written again.
  const noise = fc.record({ length: lengthArbitrary, seed: fc.nat({ max: 2 }) })
  return fc.record({
    value: mostly(noise, fc.constantFrom('', 'null', '0', '\u{feff}a', '\u{e9}')),
    expiresInMs: mostly(fc.constant(null), expiry),
    contentType: mostly(
      fc.constant(null),
      fc.constantFrom('text/plain', 'Text/HTML; charset="X"', `a/${'b'.repeat(253)}`),
    ),
  })
}

/** A time of few, so that things happen at the same moment, and one just before and after. */
function someTime(leastSteps: number, mostSteps: number): fc.Arbitrary<number> {
  const steps = fc.integer({ min: leastSteps, max: mostSteps }).map((step) => step * 10)
  return mostly(
    steps,
    fc.tuple(steps, fc.constantFrom(-1, 1)).map(([ms, off]) => ms + off),
  )
}

function actionOf<Kind extends ModelAction['kind'], Fields extends object>(
  kind: Kind,
  fields: fc.Arbitrary<Fields>,
): fc.Arbitrary<{ readonly kind: Kind } & Fields> {
  return fields.map((values) => ({ kind, ...values }))
}

/** What stands for one of something, or `null` for all. */
function orAll<Value>(one: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.option(one, { nil: null, freq: 2 })
}

/** The first three times of four, and what the second shrinks to. */
function mostly<First, Second>(
  first: fc.Arbitrary<First>,
  second: fc.Arbitrary<Second>,
): fc.Arbitrary<First | Second> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: first },
    { weight: 1, arbitrary: second },
  )
}
