import { createHash, timingSafeEqual } from 'node:crypto'
import { HoldfastError } from '@holdfast/core'
import { isLoopback } from './loopback.ts'

/**
 * Refuses a request that names another host: its browser was led here by a name that somebody else
 * made point at this machine.
 *
 * @throws {@link HoldfastError} `FORBIDDEN`
 */
export function refuseForeignHost(request: Request): void {
  if (isLoopback(new URL(request.url).hostname)) return
  throw new HoldfastError(
    'FORBIDDEN',
    'The Host header must name this machine, as localhost or 127.0.0.1 do. A proxy in front must send the address that it connects to.',
  )
}

/**
 * Refuses a request that a page of another site makes in a browser on this machine.
 *
 * @throws {@link HoldfastError} `FORBIDDEN`
 */
export function refuseForeignOrigin({ headers }: Request): void {
  const origin = headers.get('origin')
  const isForeign =
    origin === null
      ? headers.get('sec-fetch-site') === 'cross-site'
      : !isLoopback(URL.parse(origin)?.hostname ?? '')
  if (!isForeign) return
  throw new HoldfastError(
    'FORBIDDEN',
    'Pages of other sites may not call this. Serve the page from this machine, or make the endpoint public in the manifest of its plugin.',
  )
}

/** The token that callers must know, if there is one. */
export class TokenGuard {
  readonly #digest: Buffer | null

  constructor(token: string | null) {
    this.#digest = token === null ? null : digest(token)
  }

  /**
   * Refuses a request without the token.
   *
   * @throws {@link HoldfastError} `UNAUTHORIZED`
   */
  check({ headers }: Request): void {
    if (this.#digest === null || this.isCarriedBy(headers)) return
    throw new HoldfastError(
      'UNAUTHORIZED',
      'This needs the operator\'s token, in the header "Authorization: Bearer TOKEN".',
    )
  }

  /** Whether these are the headers of somebody who knows the token. */
  isCarriedBy(headers: Headers): boolean {
    const sent = /^bearer +(?<token>\S+) *$/i.exec(headers.get('authorization') ?? '')?.groups
    if (this.#digest === null || sent?.['token'] === undefined) return false
    // Digests are of one length, and how long it takes to compare them says nothing of the token.
    return timingSafeEqual(digest(sent['token']), this.#digest)
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
