import postgres, { type Sql } from 'postgres'
import { measureCost } from '../measure/measure-calls.ts'
import { type BenchContent, oneScope, randomKey } from './bench-content.ts'
import type { BenchRun, PostgresRow } from './bench-run.ts'
import { DriverClient } from './driver-client.ts'
import { shortRoundMs } from './short-round.ts'

const count = 1_000
const digits = 3

/** Listing, against the statement that one would write by hand, through the same client. */
export function listRows(run: BenchRun): readonly PostgresRow[] {
  return [toPlan('list-keys', true, run), toPlan('list-values', false, run)]
}

function toPlan(name: string, keysOnly: boolean, run: BenchRun): PostgresRow {
  const { sizes, seconds } = run
  const content = { ...oneScope, keysPerScope: sizes.listKeys }
  const what = keysOnly ? 'keys' : 'keys with values of 1 KiB'
  return {
    name,
    title: `list ${showCount(count)} of ${showCount(sizes.listKeys)} ${what} / by hand`,
    unit: 'µs',
    goal: { figure: 'ratio', is: 'under', bound: 1.2 },
    async prepare(databases, signal) {
      await using stack = new AsyncDisposableStack()
      const database = await databases.get(content, signal)
      const client = stack.use(await DriverClient.open(database))
      const sql = postgres(database.url, { fetch_types: false, onnotice: () => undefined })
      stack.defer(() => sql.end())
      const owned = stack.move()
      const list = (): Promise<void> => client.list(digits, keysOnly)
      const byHand = (): Promise<void> => listByHand(sql, content, keysOnly)
      const round = { inFlight: 1, milliseconds: shortRoundMs(seconds) }
      return {
        ours: () => measureCost(list, { ...round, signal }),
        other: () => measureCost(byHand, { ...round, signal }),
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}

async function listByHand(sql: Sql, content: BenchContent, keysOnly: boolean): Promise<void> {
  const from = randomKey(content).slice(0, -digits)
  // What comes after the digits in ASCII.
  const until = `${from}:`
  const now = Date.now()
  const rows = keysOnly
    ? await sql`
        SELECT key, size, version, created_at, updated_at, expires_at, content_type
        FROM holdfast.entries
        WHERE workspace = 'workspace-0' AND plugin = 'plugin-0' AND store = 'storage'
          AND key >= ${from} AND key < ${until} AND (expires_at IS NULL OR expires_at > ${now})
        ORDER BY key LIMIT ${count}`
    : await sql`
        SELECT key, size, version, created_at, updated_at, expires_at, content_type, value
        FROM holdfast.entries
        WHERE workspace = 'workspace-0' AND plugin = 'plugin-0' AND store = 'storage'
          AND key >= ${from} AND key < ${until} AND (expires_at IS NULL OR expires_at > ${now})
        ORDER BY key LIMIT ${count}`
  if (rows.length !== count) throw new Error(`The statement gave ${rows.length} rows.`)
}

function showCount(number: number): string {
  return number.toLocaleString('en')
}
