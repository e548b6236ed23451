import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isHoldfastError } from '@holdfast/core'
import { createPostgresDriver } from '@holdfast/drivers-postgres'
import { serverUser, ThrowawayPostgres } from '@holdfast/test-postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'

/** A server whose certificate is for `localhost` and for nothing else, and signed by itself. */
class TlsServer implements AsyncDisposable {
  readonly certificate: string
  readonly #server: ThrowawayPostgres
  readonly #folder: string

  private constructor(server: ThrowawayPostgres, folder: string) {
    this.#server = server
    this.#folder = folder
    this.certificate = join(folder, 'certificate.pem')
  }

  static async start(): Promise<TlsServer> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-tls-'))
    const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1']
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const files = ['-keyout', key, '-out', certificate]
    execFileSync('openssl', [...request, ...name, ...files], { stdio: 'pipe' })
    // The server reads the key only if it is its own.
    await chmod(key, 0o600)
    const { uid, gid } = serverUser()
    if (uid !== undefined && gid !== undefined) {
      for (const path of [folder, certificate, key]) await chown(path, uid, gid)
    }
    const server = await ThrowawayPostgres.start({
      settings: { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key },
    })
    return new TlsServer(server, folder)
  }

  urlFor(host: string, parameters: Readonly<Record<string, string>>): string {
    const url = new URL(this.#server.url)
    url.hostname = host
    url.search = String(new URLSearchParams(parameters))
    return url.href
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

async function openingOf(url: string): Promise<string> {
  await using driver = createPostgresDriver({ url })
  return await driver.open().then(
    () => 'opened',
    (error: unknown) => (isHoldfastError(error) ? error.code : String(error)),
  )
}

describe.skipIf(!hasOpenssl())('to a server with a certificate of its own', () => {
  const resources = new AsyncDisposableStack()
  const started = Promise.withResolvers<TlsServer>()
  beforeAll(async () => started.resolve(resources.use(await TlsServer.start())))
  afterAll(() => resources.disposeAsync())

  test.for([
    ['disable', 'localhost', false, 'opened'],
    ['prefer', 'localhost', false, 'opened'],
    ['require', '127.0.0.1', false, 'opened'],
    ['require', '127.0.0.1', true, 'opened'],
    ['verify-ca', 'localhost', false, 'STORE_NOT_PROTECTED'],
    ['verify-ca', '127.0.0.1', true, 'opened'],
    ['verify-full', 'localhost', false, 'STORE_NOT_PROTECTED'],
    ['verify-full', 'localhost', true, 'opened'],
    // Of the name that a certificate lacks, an address is one.
    ['verify-full', '127.0.0.1', true, 'STORE_NOT_PROTECTED'],
  ] as const)('sslmode=%s by %s, its certificate trusted: %s, is %s', async (row) => {
    const [sslmode, host, isTrusted, outcome] = row
    const server = await started.promise
    const root = isTrusted ? { sslrootcert: server.certificate } : {}
    expect(await openingOf(server.urlFor(host, { sslmode, ...root }))).toBe(outcome)
  })
})

test.for([
  ['prefer', 'opened'],
  ['require', 'STORE_NOT_PROTECTED'],
  ['verify-full', 'STORE_NOT_PROTECTED'],
] as const)('sslmode=%s to a server without TLS is %s', async ([sslmode, outcome]) => {
  expect(await openingOf(`${inject('postgresUrl')}?sslmode=${sslmode}`)).toBe(outcome)
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
