import { createHash } from 'node:crypto'
import type { SessionStorage, StorageEntry } from '@holdfast/session'

/** What all keys of current tokens begin with. */
export const tokenPrefix = 'tokens/'

/** The token of a service, as it is stored under its key in `session.storage`. */
export interface VaultEntry {
  readonly token: string
  /**
   * Where the token is that this one replaced: an entry with an expiry of its own, which nothing
   * else points to.
   */
  readonly previousKey: string | null
}

/** The token that a service has now. */
export interface CurrentEntry extends VaultEntry, Pick<StorageEntry, 'version' | 'expiresAt'> {}

export function keyOfToken(service: string): string {
  return tokenPrefix + service
}

/** What the keys of the tokens begin with that were replaced by others of the service. */
export function previousPrefix(service: string): string {
  return `previous/${service}/`
}

/** The key in `persistent_store` of how often the tokens of a service were used. */
export function keyOfUses(service: string): string {
  return `uses/${service}`
}

// Two lines of text and not JSON: a parser of JSON quotes what it fails on, and that is a token.
export function encodeEntry({ token, previousKey }: VaultEntry): Uint8Array {
  return new TextEncoder().encode(`${token}\n${previousKey ?? ''}`)
}

export function decodeEntry(bytes: Uint8Array): VaultEntry {
  const [token = '', previousKey = ''] = new TextDecoder().decode(bytes).split('\n')
  return { token, previousKey: previousKey === '' ? null : previousKey }
}

/** @throws when the service has no token */
export async function readEntry(storage: SessionStorage, service: string): Promise<CurrentEntry> {
  const entry = await storage.getEntry(keyOfToken(service))
  if (entry === null) {
    throw new Error(`There is no token for ${service}: none was stored, or it expired.`)
  }
  return { ...decodeEntry(entry.value), version: entry.version, expiresAt: entry.expiresAt }
}

/** Tells tokens apart and says nothing of them: the first 8 hexadecimal digits of their SHA-256. */
export function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 8)
}

export function toTimestamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
