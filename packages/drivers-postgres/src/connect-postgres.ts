import { MisuseError } from '@holdfast/core'
import postgres from 'postgres'
import { PooledDatabase } from './pooled-database.ts'
import type { PostgresUrl } from './postgres-url.ts'
import { toTlsOptions } from './tls-options.ts'

/** What is chosen in the program, before what the URL says. */
export interface ConnectOptions {
  readonly maxConnections?: number | undefined
  readonly prepare?: boolean | undefined
  readonly statementTimeoutMs?: number | undefined
}

const defaultMaxConnections = 10

/** Less than the 5 seconds after which a wrong host is to be told. */
const defaultConnectTimeoutSeconds = 4

/** Longer than any statement takes while the server lives, unless the server is told to wait longer. */
const defaultAnswerTimeoutMs = 60_000

/** For how long after its time is up a server may take to say so. */
const answerSlackMs = 5_000

const defaultPort = 5432

/** Makes a pool of connections, none of which is opened yet. */
export function connectPostgres(url: PostgresUrl, options: ConnectOptions): PooledDatabase {
  const maxConnections = options.maxConnections ?? url.maxConnections ?? defaultMaxConnections
  if (!Number.isInteger(maxConnections) || maxConnections < 1) {
    throw new MisuseError('INVALID_ARGUMENT', 'maxConnections is a whole number, 1 or more.')
  }
  const { sslMode: mode, sslRootCertificate: rootCertificate, hosts, ports } = url
  // It only parses here, and never connects.
  const { options: client } = postgres({
    max: 1,
    ...given('username', url.user),
    ...given('password', url.password),
    ...given('database', url.database),
    ssl: toTlsOptions({ mode, rootCertificate, hosts }),
    // Else it takes that of the environment, and throws where it does not know it.
    target_session_attrs: 'read-write',
    // It asks for the types of the database at each connection, and we use none of them.
    fetch_types: false,
    onnotice: () => undefined,
    connection: { application_name: url.applicationName ?? 'holdfast' },
  })
  return new PooledDatabase({
    client,
    addresses: hosts.map((host, at) => ({ host, port: ports[at] ?? defaultPort })),
    maxConnections,
    prepare: options.prepare ?? url.prepare ?? null,
    idleTimeoutMs: milliseconds(url.idleTimeoutSeconds),
    maxLifetimeMs: milliseconds(url.maxLifetimeSeconds),
    connectTimeoutMs: (url.connectTimeoutSeconds ?? defaultConnectTimeoutSeconds) * 1_000,
    answerTimeoutMs: Math.max(
      defaultAnswerTimeoutMs,
      (options.statementTimeoutMs ?? url.statementTimeoutMs ?? 0) + answerSlackMs,
    ),
  })
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1_000
}

/** An option that is left to its default where nothing is given. */
function given<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value })
}
