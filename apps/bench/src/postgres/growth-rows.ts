import { measureCost } from '../measure/measure-calls.ts'
import { type BenchContent, oneScope } from './bench-content.ts'
import type { BenchRun, PostgresRow } from './bench-run.ts'
import { DriverClient } from './driver-client.ts'
import { shortRoundMs } from './short-round.ts'

const calls = ['get', 'set', 'list'] as const

type Call = (typeof calls)[number]

interface Growth {
  readonly name: string
  readonly title: string
  readonly smallest: BenchContent
  readonly larger: BenchContent
}

/** What calls cost when there is more in the store, against when there is little. */
export function growthRows(run: BenchRun): readonly PostgresRow[] {
  return [...keyGrowths(run), ...scopeGrowths(run)].flatMap((growth) =>
    calls.map((call) => toPlan(growth, call, run)),
  )
}

function keyGrowths({ sizes }: BenchRun): readonly Growth[] {
  const [least, ...more] = sizes.keyGrowth
  return more.map((keys) => ({
    name: `keys-${keys}`,
    title: `${keys.toLocaleString('en')} keys in a scope / ${least.toLocaleString('en')}`,
    smallest: ofKeys(least),
    larger: ofKeys(keys),
  }))
}

function ofKeys(keysPerScope: number): BenchContent {
  return { ...oneScope, keysPerScope }
}

function scopeGrowths({ sizes }: BenchRun): readonly Growth[] {
  const [least, ...more] = sizes.scopeGrowth
  return more.map((scopes) => ({
    name: `scopes-${scopes}`,
    title: `${scopes.toLocaleString('en')} scopes / ${least.toLocaleString('en')}`,
    smallest: ofScopes(least),
    larger: ofScopes(scopes),
  }))
}

/** As many plugins as workspaces, with so many keys in each scope that calls at once seldom share one. */
function ofScopes(scopes: number): BenchContent {
  const side = Math.sqrt(scopes)
  return { ...oneScope, workspaces: side, plugins: side, keysPerScope: 50 }
}

function toPlan(growth: Growth, call: Call, { seconds }: BenchRun): PostgresRow {
  const { name, title, smallest, larger } = growth
  const inFlight = call === 'list' ? 1 : 32
  const round = { inFlight, milliseconds: shortRoundMs(seconds) }
  return {
    name: `${name}-${call}`,
    title: `${call}, ${title}`,
    unit: 'µs',
    goal: null,
    async prepare(databases, signal) {
      await using stack = new AsyncDisposableStack()
      const one = stack.use(await DriverClient.open(await databases.get(larger, signal)))
      const other = stack.use(await DriverClient.open(await databases.get(smallest, signal)))
      const owned = stack.move()
      return {
        ours: () => measureCost(callOf(one, call), { ...round, signal }),
        other: () => measureCost(callOf(other, call), { ...round, signal }),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}

function callOf(client: DriverClient, call: Call): () => Promise<void> {
  return call === 'list' ? () => client.list(2, false) : client[call]
}
