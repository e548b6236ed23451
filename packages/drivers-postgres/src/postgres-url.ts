import { similarName } from './similar-name.ts'
import { type SslMode, sslModes } from './tls-options.ts'
import { wrongUrl } from './wrong-url.ts'

/** What the URL of a store says; `undefined` for what it leaves to defaults. */
export interface PostgresUrl {
  readonly hosts: readonly string[]
  /** One for each host. */
  readonly ports: readonly number[]
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string | undefined
  readonly applicationName: string | undefined
  readonly sslMode: SslMode
  readonly sslRootCertificate: string | null
  readonly prepare: boolean | undefined
  readonly rowLevelSecurity: boolean | undefined
  readonly statementTimeoutMs: number | undefined
  readonly maxConnections: number | undefined
  readonly connectTimeoutSeconds: number | undefined
  readonly idleTimeoutSeconds: number | undefined
  readonly maxLifetimeSeconds: number | undefined
}

const parameters = [
  'application_name',
  'connect_timeout',
  'idle_timeout',
  'max_connections',
  'max_lifetime',
  'prepare',
  'row_level_security',
  'sslmode',
  'sslrootcert',
  'statement_timeout',
  'target_session_attrs',
] as const

type Parameter = (typeof parameters)[number]

const defaultPort = 5432

/** What a timer of Node, and a setting of PostgreSQL, can hold. */
const most = 2_147_483

const pattern =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]*)(?:\/(?<database>[^/?#]*))?(?:\?(?<query>[^#]*))?$/

/**
 * Reads the URL of a store.
 *
 * @throws {@link MisuseError} `STORE_URL_INVALID`, which quotes nothing of what may be secret
 */
export function parsePostgresUrl(url: unknown): PostgresUrl {
  const parts = typeof url === 'string' ? pattern.exec(url)?.groups : undefined
  if (parts === undefined) throw wrongUrl()
  const hosts = (parts['hosts'] ?? '').split(',').map(parseHost)
  const query = readQuery(parts['query'] ?? '')
  // It is what the driver does anyway: nothing else can be a store.
  choice(query, 'target_session_attrs', ['read-write', 'primary'])
  return {
    hosts: hosts.map(({ host }) => host),
    ports: hosts.map(({ port }) => port),
    user: decode(parts['user']),
    password: decode(parts['password']),
    database: decode(parts['database']),
    applicationName: query.get('application_name'),
    sslMode: choice(query, 'sslmode', sslModes) ?? 'disable',
    sslRootCertificate: query.get('sslrootcert') ?? null,
    prepare: flag(query, 'prepare'),
    rowLevelSecurity: flag(query, 'row_level_security'),
    statementTimeoutMs: wholeNumber(query, 'statement_timeout', most * 1_000),
    maxConnections: wholeNumber(query, 'max_connections', 10_000),
    connectTimeoutSeconds: wholeNumber(query, 'connect_timeout', most),
    idleTimeoutSeconds: wholeNumber(query, 'idle_timeout', most),
    maxLifetimeSeconds: wholeNumber(query, 'max_lifetime', most),
  }
}

/** A name, an address (of IPv6 in brackets), or the folder of a socket, percent-encoded. */
function parseHost(text: string): { readonly host: string; readonly port: number } {
  const parts =
    /^(?:\[(?<address>[\da-fA-F:.]+)\]|(?<name>[^:[\]\s]*))(?::(?<port>\d{1,5}))?$/.exec(
      text,
    )?.groups
  const port = Number(parts?.['port'] ?? defaultPort)
  if (parts === undefined || port < 1 || port > 65_535) throw wrongUrl()
  const host = parts['address'] ?? decode(parts['name']) ?? ''
  return { host: host === '' ? 'localhost' : host, port }
}

function decode(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrongUrl()
  }
}

function readQuery(text: string): ReadonlyMap<Parameter, string> {
  const known: readonly string[] = parameters
  const query = new Map<Parameter, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    // Only what looks like the name of a parameter is quoted.
    const shown = /^[a-z_]{1,40}$/.test(name) ? `the parameter ${name}` : 'one of its parameters'
    if (!known.includes(name)) {
      const meant = similarName(name, parameters)
      const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
      throw wrongUrl(`${shown} is not known${hint}: there are ${known.join(', ')}`)
    }
    if (query.has(name as Parameter)) throw wrongUrl(`${shown} is there twice`)
    query.set(name as Parameter, value)
  }
  return query
}

function choice<Choice extends string>(
  query: ReadonlyMap<Parameter, string>,
  name: Parameter,
  choices: readonly Choice[],
): Choice | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const found = choices.find((known) => known === value)
  if (found === undefined) throw wrongUrl(`${name} is one of ${choices.join(', ')}`)
  return found
}

function flag(query: ReadonlyMap<Parameter, string>, name: Parameter): boolean | undefined {
  const value = choice(query, name, ['true', 'false'])
  return value === undefined ? undefined : value === 'true'
}

function wholeNumber(
  query: ReadonlyMap<Parameter, string>,
  name: Parameter,
  atMost: number,
): number | undefined {
  const value = query.get(name)
  if (value === undefined) return undefined
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= 1 && number <= atMost) return number
  throw wrongUrl(`${name} is a whole number from 1 to ${atMost}`)
}
