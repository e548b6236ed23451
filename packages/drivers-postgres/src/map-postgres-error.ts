import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/core'

/** What went wrong below the driver, without any value: neither text nor detail of the server's. */
export class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure'
  /** An SQLSTATE, or a code of the network. */
  readonly code: string
  /** What is told of each server that could not be reached: host and port, and never who asked. */
  readonly unreachable: readonly string[]

  constructor(code: string, unreachable: readonly string[] = []) {
    super(`PostgreSQL or the way to it failed with ${code}.`)
    this.code = code
    this.unreachable = unreachable
  }
}

interface Meaning {
  readonly code: ErrorCode
  readonly message: string
}

const unavailable: Meaning = {
  code: 'STORE_UNAVAILABLE',
  message: 'The database is out of reach, or is about to stop. Try again.',
}
const busy: Meaning = {
  code: 'STORE_BUSY',
  message: 'The database had to give this call up in favour of others. Try again.',
}
const crowded: Meaning = {
  code: 'STORE_BUSY',
  message:
    "The server (or the role) has no connection left: lower max_connections of the runners, or raise the server's.",
}
const denied: Meaning = {
  code: 'STORE_ACCESS_DENIED',
  message:
    'The server refused the user of the URL: the name or the password is wrong. The log of the server says which.',
}
const notAdmitted: Meaning = {
  code: 'STORE_ACCESS_DENIED',
  message:
    'The server does not let the user of the URL in from here by this way: it may demand TLS (add ?sslmode=verify-full, or the sslmode that it needs), its pg_hba.conf may not allow this host, user and database, or there is no such user who may log in. The log of the server says which.',
}
const refusedByPooler: Meaning = {
  code: 'STORE_ACCESS_DENIED',
  message:
    'The pooler refused the login: it does not know the user, the password or the database. Its log says which.',
}
const mayNotConnect: Meaning = {
  code: 'STORE_ACCESS_DENIED',
  message:
    'The user of the URL may not connect to the database. Its owner grants that by GRANT CONNECT ON DATABASE, as what "holdfast migrate --print-roles" prints does for its roles.',
}
const lacksRight: Meaning = {
  code: 'STORE_ACCESS_DENIED',
  message:
    'The user of the URL lacks a right in the database. "holdfast migrate --print-roles" prints the rights that a runner needs.',
}
const readOnly: Meaning = {
  code: 'STORE_READ_ONLY',
  message: 'The server takes no writes: it is a replica, or is set to read only. Name the primary.',
}
const notTrusted: Meaning = {
  code: 'STORE_NOT_PROTECTED',
  message:
    'The certificate of the server is not one that the URL has trusted, or is for another host. Name in sslrootcert the file of the authority that issued it, and the host as the certificate has it.',
}
const notEncrypted: Meaning = {
  code: 'STORE_NOT_PROTECTED',
  message:
    'The URL asks for TLS by its sslmode, and the server has none. Have its operator enable ssl, or leave sslmode out where the way to the server is safe.',
}
const full: Meaning = {
  code: 'STORE_FULL',
  message: 'The server has no room left on its disk, or no memory.',
}
const notFound: Meaning = {
  code: 'STORE_NOT_FOUND',
  message:
    'The server has no database of the name in the URL, or of the name of the user where the URL has none. Create it, or name another.',
}
const corrupt: Meaning = {
  code: 'STORE_CORRUPT',
  message: 'The server found damaged data. Have its operator look at its log.',
}

/** By SQLSTATE, or its first two characters, and by the codes of the network. */
const meanings: Readonly<Record<string, Meaning>> = {
  '08': unavailable,
  '57P01': unavailable,
  '57P02': unavailable,
  '57P03': unavailable,
  '57P05': unavailable,
  CONNECTION_CLOSED: unavailable,
  CONNECTION_DESTROYED: unavailable,
  CONNECTION_ENDED: unavailable,
  CONNECT_TIMEOUT: unavailable,
  ECONNREFUSED: unavailable,
  ECONNRESET: unavailable,
  EHOSTUNREACH: unavailable,
  ENETUNREACH: unavailable,
  ENOTFOUND: unavailable,
  EAI_AGAIN: unavailable,
  EPIPE: unavailable,
  ETIMEDOUT: unavailable,
  ENOENT: unavailable,
  '40001': busy,
  '40P01': busy,
  '53300': crowded,
  '55P03': busy,
  '57014': busy,
  '28': denied,
  '28000': notAdmitted,
  LOGIN_REFUSED: refusedByPooler,
  MAY_NOT_CONNECT: mayNotConnect,
  '42501': lacksRight,
  '25006': readOnly,
  '3D000': notFound,
  '53100': full,
  '53200': full,
  ERR_TLS_CERT_ALTNAME_INVALID: notTrusted,
  CERT_HAS_EXPIRED: notTrusted,
  CERT_NOT_YET_VALID: notTrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: notTrusted,
  SELF_SIGNED_CERT_IN_CHAIN: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT: notTrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: notTrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: notTrusted,
  CERT_SIGNATURE_FAILURE: notTrusted,
  TLS_NOT_OFFERED: notEncrypted,
  XX001: corrupt,
  XX002: corrupt,
}

/**
 * The error of Holdfast for one of the database's or of the way to it; what it does not know it
 * gives back as a {@link PostgresFailure}, for `manageDriver` to wrap.
 */
export function mapPostgresError(error: unknown): Error {
  if (isHoldfastError(error)) return error
  const code = codeOf(error)
  if (code === null) return error instanceof Error ? error : new Error(String(error))
  const cause = new PostgresFailure(code)
  const meaning = meanings[code] ?? meanings[code.slice(0, 2)]
  if (meaning === undefined) return cause
  const unreachable = error instanceof PostgresFailure ? error.unreachable : []
  const message =
    unreachable.length === 0
      ? meaning.message
      : `The database is out of reach: ${unreachable.join('; ')}. Try again.`
  return new HoldfastError(meaning.code, message, { cause, context: { sqlState: code } })
}

/** The SQLSTATE of an error, or the code of the network; `null` if it has none. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
