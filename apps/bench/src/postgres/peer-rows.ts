import { measureCalls } from '../measure/measure-calls.ts'
import type { RowPlan } from '../measure/measure-rows.ts'
import { oneScope } from './bench-content.ts'
import type { BenchContext } from './bench-context.ts'
import type { BenchDatabase } from './bench-databases.ts'
import { DriverClient } from './driver-client.ts'
import { openDrizzleClient } from './drizzle-client.ts'
import { openKeyvClient } from './keyv-client.ts'

/** Another way to store in the same database. */
export interface PeerClient extends AsyncDisposable {
  readonly get: () => Promise<void>
  readonly set: () => Promise<void>
}

interface Peer {
  readonly name: string
  readonly title: string
  readonly open: (database: BenchDatabase) => Promise<PeerClient>
}

const peers: readonly Peer[] = [
  { name: 'keyv', title: '@keyv/postgres, pool of 16', open: openKeyvClient },
  { name: 'drizzle', title: 'Drizzle, prepared, pool of 16', open: openDrizzleClient },
]

const inFlight = 32

/** The driver against other ways to store a value under a key from Node.js. */
export function peerRows(context: BenchContext): readonly RowPlan[] {
  return peers.flatMap((peer) => [toPlan(peer, 'get', context), toPlan(peer, 'set', context)])
}

function toPlan(
  peer: Peer,
  call: 'get' | 'set',
  { databases, sizes, seconds }: BenchContext,
): RowPlan {
  const content = { ...oneScope, keysPerScope: sizes.keys, valueBytes: 1_024 }
  return {
    name: `${peer.name}-${call}`,
    title: `${call} 1 KiB, 32 in flight / ${peer.title}`,
    unit: 'ops/s',
    goal: null,
    async prepare() {
      await using stack = new AsyncDisposableStack()
      const database = await databases.get(content)
      const client = stack.use(await DriverClient.open(database))
      const other = stack.use(await peer.open(database))
      const owned = stack.move()
      const round = { inFlight, milliseconds: seconds * 1_000 }
      return {
        ours: (signal) => measureCalls(client[call], { ...round, signal }),
        other: (signal) => measureCalls(other[call], { ...round, signal }),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}
