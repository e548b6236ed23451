import { measureCalls } from '../measure/measure-calls.ts'
import { type BenchContent, firstKey, oneScope } from './bench-content.ts'
import type { BenchRun, PostgresRow } from './bench-run.ts'
import { DriverClient } from './driver-client.ts'
import { findPgbench } from './find-pgbench.ts'
import { runPgbench } from './run-pgbench.ts'

/** One row: calls of the driver, against pgbench that does the same statement. */
interface PgbenchRow {
  readonly name: string
  readonly call: 'get' | 'set'
  readonly inFlight: number
  readonly clients: number
  readonly valueBytes: number
  readonly ratioAtLeast: number
}

const small = 1_024
const large = 102_400

const rows: readonly PgbenchRow[] = [
  {
    name: 'pgbench-get-32',
    call: 'get',
    inFlight: 32,
    clients: 16,
    valueBytes: small,
    ratioAtLeast: 1.7,
  },
  {
    name: 'pgbench-set-32',
    call: 'set',
    inFlight: 32,
    clients: 16,
    valueBytes: small,
    ratioAtLeast: 3.5,
  },
  {
    name: 'pgbench-get-1',
    call: 'get',
    inFlight: 1,
    clients: 1,
    valueBytes: small,
    ratioAtLeast: 0.45,
  },
  {
    name: 'pgbench-set-1',
    call: 'set',
    inFlight: 1,
    clients: 1,
    valueBytes: small,
    ratioAtLeast: 0.75,
  },
  {
    name: 'pgbench-get-100k',
    call: 'get',
    inFlight: 32,
    clients: 16,
    valueBytes: large,
    ratioAtLeast: 0.8,
  },
]

/** The driver against `pgbench -M prepared`: what one connection for each client can do at most. */
export function pgbenchRows(run: BenchRun): readonly PostgresRow[] {
  return rows.map((row) => toPlan(row, run))
}

function toPlan(row: PgbenchRow, { sizes, seconds }: BenchRun): PostgresRow {
  const { name, call, inFlight, clients, valueBytes, ratioAtLeast } = row
  const keysPerScope = valueBytes === small ? sizes.keys : sizes.largeKeys
  const content = { ...oneScope, keysPerScope, valueBytes, hasPeers: true }
  return {
    name,
    title: `${call} ${valueBytes / 1_024} KiB, ${inFlight} in flight / pgbench, clients: ${clients}`,
    unit: 'ops/s',
    goal: { figure: 'ratio', is: 'at least', bound: ratioAtLeast },
    async prepare(databases, signal) {
      const program = findPgbench()
      const database = await databases.get(content, signal)
      const client = await DriverClient.open(database)
      const script = scripts[call](content)
      const variables = call === 'set' ? { value: hexValue(valueBytes), version } : {}
      const { url } = database
      return {
        ours: () => measureCalls(client[call], { inFlight, milliseconds: seconds * 1_000, signal }),
        other: () => runPgbench({ program, url, script, variables, clients, seconds, signal }),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
  }
}

/** Of the length of those that our driver writes. */
const version = '01234567-89ab-cdef-0123-456789abcdef'

/** As libpq and postgres.js both send bytes. */
function hexValue(bytes: number): string {
  return `\\x${Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('hex')}`
}

const scripts = {
  get: (content: BenchContent): string => `${setNumber(content)}
SELECT key, size, version, created_at, updated_at, expires_at, content_type, value FROM peer.entries WHERE workspace = 'workspace-0' AND plugin = 'plugin-0' AND store = 'storage' AND key = 'key-' || :n::text;
`,
  set: (content: BenchContent): string => `${setNumber(content)}
INSERT INTO peer.entries (workspace, plugin, store, key, size, version, created_at, updated_at, value) VALUES ('workspace-0', 'plugin-0', 'storage', 'key-' || :n::text, ${content.valueBytes}, :version::text, 1, 1, :value::bytea) ON CONFLICT (workspace, plugin, store, key) DO UPDATE SET size = excluded.size, version = excluded.version, updated_at = excluded.updated_at, value = excluded.value;
`,
}

function setNumber({ keysPerScope }: BenchContent): string {
  return `\\set n random(${firstKey}, ${firstKey + keysPerScope - 1})`
}
