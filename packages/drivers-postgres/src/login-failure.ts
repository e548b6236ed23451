import { codeOf, PostgresFailure } from './map-postgres-error.ts'
import type { ServerAddress } from './postgres-js-connection.ts'

/** Who was asked for a connection. */
interface Login {
  readonly address: ServerAddress
  readonly connectTimeoutMs: number
}

/**
 * What PgBouncer says when it lets somebody not in. It has one SQLSTATE for all that it says of
 * itself, what passes too, and passes on with it what the server said.
 */
const refusal = /authentication failed|no such (?:user|database)|database ".*" does not exist/

/** What is told of a server of which there is no answer, by the codes of the network. */
const descriptions: Readonly<Record<string, (login: Login) => string>> = {
  CONNECTION_CLOSED: ({ address }) => `${describe(address)} hung up before it let anybody in`,
  CONNECT_TIMEOUT: ({ address, connectTimeoutMs }) =>
    `${describe(address)} did not answer in ${connectTimeoutMs / 1_000} s`,
  EAI_AGAIN: ({ address }) => `nobody could be asked where the host ${address.host} is`,
  ECONNREFUSED: ({ address }) => `no server at ${describe(address)} (connection refused)`,
  ECONNRESET: ({ address }) => `${describe(address)} hung up before it let anybody in`,
  EHOSTUNREACH: ({ address }) => `there is no way to ${describe(address)}`,
  ENETUNREACH: ({ address }) => `there is no way to ${describe(address)}`,
  ENOENT: ({ address }) => `no server at ${describe(address)} (no such socket)`,
  ENOTFOUND: ({ address }) => `the host ${address.host} is not known`,
  ETIMEDOUT: ({ address }) => `${describe(address)} did not answer`,
}

/** The failure of a connection that did not come about, with what only there can be known of it. */
export function toLoginFailure(error: unknown, login: Login): unknown {
  const code = codeOf(error)
  if (code === null) return error
  const description = descriptions[code]?.(login)
  if (description !== undefined) return new PostgresFailure(code, [description])
  if (code === '42501') return new PostgresFailure('MAY_NOT_CONNECT')
  const isRefused = code === '08P01' && error instanceof Error && refusal.test(error.message)
  return isRefused ? new PostgresFailure('LOGIN_REFUSED') : error
}

/** Why none of several servers could be used: what is told of each. */
export function joinLoginFailures(failures: readonly unknown[]): unknown {
  const [first] = failures
  const unreachable = failures.flatMap((failure) =>
    failure instanceof PostgresFailure ? failure.unreachable : [],
  )
  return first instanceof PostgresFailure ? new PostgresFailure(first.code, unreachable) : first
}

/** The failure of a connection to a server that is not the one of several that takes writes. */
export function takesNoWrites(address: ServerAddress): PostgresFailure {
  return new PostgresFailure('CONNECTION_CLOSED', [`${describe(address)} takes no writes`])
}

/** As a URL has it. */
function describe({ host, port }: ServerAddress): string {
  if (host.startsWith('/')) return `${host}/.s.PGSQL.${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
