import { createHash } from 'node:crypto'
import type { SessionStorage, StorageEntry } from '@holdfast/session'

/** What all keys of current tokens begin with. */
export const tokenPrefix = 'tokens/'

/** A stored token. */
export interface VaultEntry extends Pick<StorageEntry, 'version' | 'expiresAt'> {
  readonly token: string
}

/** The key in `session.storage` of the token of a service. */
export function keyOfToken(service: string): string {
  return tokenPrefix + service
}

/** The key in `session.storage` of the token that was replaced, while its grace lasts. */
export function keyOfPrevious(service: string): string {
  return `previous/${service}`
}

/** The key in `persistent_store` of how often the tokens of a service were used. */
export function keyOfUses(service: string): string {
  return `uses/${service}`
}

export function encodeToken(token: string): Uint8Array {
  return new TextEncoder().encode(token)
}

/** @throws when the service has no such token */
export async function readToken(
  storage: SessionStorage,
  service: string,
  previous = false,
): Promise<VaultEntry> {
  const entry = await storage.getEntry(previous ? keyOfPrevious(service) : keyOfToken(service))
  if (entry !== null) return { ...entry, token: new TextDecoder().decode(entry.value) }
  throw new Error(
    previous
      ? `${service} has no previous token in a period of grace.`
      : `There is no token for ${service}: none was stored, or it expired.`,
  )
}

/** Tells tokens apart and says nothing of them: the first 8 hexadecimal digits of their SHA-256. */
export function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 8)
}

export function toTimestamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
