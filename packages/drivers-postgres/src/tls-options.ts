import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { wrongUrl } from './wrong-url.ts'

/** What of TLS a URL may ask for, as libpq has it: without, if there is, and with what proof. */
export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

/** One of {@link sslModes}. */
export type SslMode = (typeof sslModes)[number]

/** What of TLS is asked for. */
export interface TlsRequest {
  readonly mode: SslMode
  /** A file of certificates, or `system` for those that the system trusts. */
  readonly rootCertificate: string | null
  readonly hosts: readonly string[]
}

/** What Node's TLS is given for modes that look at the certificate. */
interface TlsOptions {
  readonly ca?: string
  readonly rejectUnauthorized: true
  readonly checkServerIdentity: (host: string, certificate: PeerCertificate) => Error | undefined
}

/**
 * Makes the option `ssl` of postgres.js.
 *
 * @throws {@link MisuseError} `STORE_URL_INVALID` where the file cannot be read
 */
export function toTlsOptions({
  mode,
  rootCertificate,
  hosts,
}: TlsRequest): false | 'prefer' | 'require' | TlsOptions {
  if (rootCertificate !== null && (mode === 'disable' || mode === 'prefer')) {
    throw wrongUrl('sslrootcert asks for sslmode=verify-full, or for verify-ca')
  }
  if (mode === 'disable') return false
  if (mode === 'prefer' || (mode === 'require' && rootCertificate === null)) return mode
  return {
    ...(rootCertificate === null || rootCertificate === 'system'
      ? {}
      : { ca: readCertificates(rootCertificate) }),
    rejectUnauthorized: true,
    checkServerIdentity: (host, certificate) =>
      mode === 'verify-full' ? checkHost(hosts, host, certificate) : undefined,
  }
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw wrongUrl(`sslrootcert is the path of a file, and ${path} cannot be read`)
  }
}

/** Node tells the name of no host that was given as an address, so those are tried as they are. */
function checkHost(
  hosts: readonly string[],
  name: string,
  certificate: PeerCertificate,
): Error | undefined {
  const candidates = hosts.filter((host) => host === name || isIP(host) !== 0)
  const failures = candidates.map((host) => checkServerIdentity(host, certificate))
  return failures.includes(undefined) ? undefined : (failures[0] ?? notNamed(name))
}

function notNamed(name: string): Error {
  return Object.assign(new Error(`The URL does not name the host ${name}.`), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
}
