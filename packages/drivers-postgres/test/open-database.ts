import postgres from 'postgres'
import { PooledDatabase } from '../src/pooled-database.ts'
import type { SqlDatabase } from '../src/sql-connection.ts'

/** How a test wants its database. */
export interface OpenDatabaseOptions {
  readonly maxConnections?: number
  /** Called with each statement that is sent. */
  readonly onStatement?: (text: string) => void
}

/** Makes the database of the driver, to be wrapped or listened to. */
export function openDatabase(
  url: string,
  { maxConnections = 5, onStatement }: OpenDatabaseOptions = {},
): SqlDatabase {
  const { options: client } = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => undefined,
    ...(onStatement && { debug: (_connection: number, text: string) => onStatement(text) }),
  })
  return new PooledDatabase({
    client,
    addresses: client.host.map((host, at) => ({ host, port: client.port[at] ?? 5432 })),
    maxConnections,
    prepare: true,
    idleTimeoutMs: null,
    maxLifetimeMs: null,
    connectTimeoutMs: 4_000,
    answerTimeoutMs: 30_000,
  })
}
