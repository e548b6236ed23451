import { measureCalls } from '../measure/measure-calls.ts'
import { oneScope } from './bench-content.ts'
import type { BenchDatabase } from './bench-databases.ts'
import type { BenchRun, PostgresRow } from './bench-run.ts'
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
export function peerRows(run: BenchRun): readonly PostgresRow[] {
  return peers.flatMap((peer) => [toPlan(peer, 'get', run), toPlan(peer, 'set', run)])
}

function toPlan(peer: Peer, call: 'get' | 'set', { sizes, seconds }: BenchRun): PostgresRow {
  const content = { ...oneScope, keysPerScope: sizes.keys, hasPeers: true }
  return {
    name: `${peer.name}-${call}`,
    title: `${call} 1 KiB, 32 in flight / ${peer.title}`,
    unit: 'ops/s',
    goal: null,
    async prepare(databases, signal) {
      await using stack = new AsyncDisposableStack()
      const database = await databases.get(content, signal)
      const client = stack.use(await DriverClient.open(database))
      const other = stack.use(await peer.open(database))
      const owned = stack.move()
      const round = { inFlight, milliseconds: seconds * 1_000 }
      return {
        ours: () => measureCalls(client[call], { ...round, signal }),
        other: () => measureCalls(other[call], { ...round, signal }),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}
