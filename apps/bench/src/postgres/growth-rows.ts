import { measureCost } from '../measure/measure-calls.ts'
import type { RowPlan } from '../measure/measure-rows.ts'
import { type BenchContent, oneScope } from './bench-content.ts'
import type { BenchContext } from './bench-context.ts'
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
export function growthRows(context: BenchContext): readonly RowPlan[] {
  return [...keyGrowths(context), ...scopeGrowths(context)].flatMap((growth) =>
    calls.map((call) => toPlan(growth, call, context)),
  )
}

function keyGrowths({ sizes }: BenchContext): readonly Growth[] {
  const [least, ...more] = sizes.keyGrowth
  return more.map((keys) => ({
    name: `keys-${keys}`,
    title: `${keys.toLocaleString('en')} keys in a scope / ${least.toLocaleString('en')}`,
    smallest: ofKeys(least),
    larger: ofKeys(keys),
  }))
}

function ofKeys(keysPerScope: number): BenchContent {
  return { ...oneScope, keysPerScope, valueBytes: 1_024 }
}

function scopeGrowths({ sizes }: BenchContext): readonly Growth[] {
  const [least, ...more] = sizes.scopeGrowth
  return more.map((scopes) => ({
    name: `scopes-${scopes}`,
    title: `${scopes.toLocaleString('en')} scopes / ${least.toLocaleString('en')}`,
    smallest: ofScopes(least),
    larger: ofScopes(scopes),
  }))
}

/** As many plugins as workspaces, with a few keys in each scope. */
function ofScopes(scopes: number): BenchContent {
  const side = Math.sqrt(scopes)
  return { workspaces: side, plugins: side, keysPerScope: 10, valueBytes: 1_024 }
}

function toPlan(growth: Growth, call: Call, { databases, seconds }: BenchContext): RowPlan {
  const { name, title, smallest, larger } = growth
  const inFlight = call === 'list' ? 1 : 32
  const round = { inFlight, milliseconds: shortRoundMs(seconds) }
  return {
    name: `${name}-${call}`,
    title: `${call}, ${title}`,
    unit: 'µs',
    goal: null,
    async prepare() {
      await using stack = new AsyncDisposableStack()
      const one = stack.use(await DriverClient.open(await databases.get(larger)))
      const other = stack.use(await DriverClient.open(await databases.get(smallest)))
      const owned = stack.move()
      return {
        ours: (signal) => measureCost(callOf(one, call), { ...round, signal }),
        other: (signal) => measureCost(callOf(other, call), { ...round, signal }),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}

function callOf(client: DriverClient, call: Call): () => Promise<void> {
  return call === 'list' ? () => client.list(2, false) : client[call]
}
