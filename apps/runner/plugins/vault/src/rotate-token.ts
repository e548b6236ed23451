import { randomUUID } from 'node:crypto'
import { isHoldfastError, type ParametersOf, Tool } from '@holdfast/session'
import { z } from 'zod'
import { expiresInMsSchema, serviceSchema, tokenSchema } from './parameters.ts'
import {
  type CurrentEntry,
  encodeEntry,
  fingerprint,
  keyOfToken,
  previousPrefix,
  readEntry,
} from './vault-entry.ts'

export class RotateToken extends Tool {
  static override readonly description =
    'Replaces the token of a service. The one before stays usable for a period of grace. Of several rotations at once one wins and the others fail.'
  static override readonly parameters = z.strictObject({
    service: serviceSchema,
    token: tokenSchema,
    expiresInMs: expiresInMsSchema,
    graceMs: z
      .int()
      .min(0)
      .max(30 * 24 * 60 * 60 * 1_000)
      .default(60 * 60 * 1_000)
      .describe('For how many milliseconds the token before stays usable; 0 for not at all.'),
    replaces: z
      .string()
      .regex(/^[0-9a-f]{8}$/, { error: 'expected 8 hexadecimal digits' })
      .optional()
      .describe(
        'Fingerprint of the token to replace: if there is another by now, nothing is done.',
      ),
  })

  async *invoke({
    service,
    token,
    expiresInMs,
    graceMs,
    replaces,
  }: ParametersOf<typeof RotateToken>) {
    const current = await readEntry(this.session.storage, service)
    if (current.token === token) {
      // So a rotation that is repeated, because its reply was lost, keeps what it put aside.
      yield this.text(`The token of ${service} is ${fingerprint(token)} already.`)
      return
    }
    if (replaces !== undefined && replaces !== fingerprint(current.token)) throw lostRace(service)

    const previousKey = await this.#putAside(service, current, graceMs)
    try {
      await this.session.storage.set(keyOfToken(service), encodeEntry({ token, previousKey }), {
        expiresInMs,
        ifVersion: current.version,
      })
    } catch (error) {
      if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
      if (previousKey !== null) await this.session.storage.delete(previousKey)
      throw lostRace(service, error)
    }
    yield this.text(
      `Rotated the token of ${service} from ${fingerprint(current.token)} to ${fingerprint(token)}.`,
    )
  }

  /**
   * Puts the token to be replaced where nobody looks, until the write of the new one points to it.
   * Killed in between, nothing has changed, and what was put aside expires.
   */
  async #putAside(service: string, current: CurrentEntry, graceMs: number): Promise<string | null> {
    const leftMs = current.expiresAt === null ? graceMs : current.expiresAt - Date.now()
    const expiresInMs = Math.min(graceMs, leftMs)
    if (expiresInMs <= 0) return null
    const key = previousPrefix(service) + randomUUID()
    const value = encodeEntry({ token: current.token, previousKey: null })
    await this.session.storage.set(key, value, { expiresInMs })
    return key
  }
}

function lostRace(service: string, cause?: unknown): Error {
  return new Error(
    `The token of ${service} was changed by somebody else; yours was not stored. Look at the one that there is now before you rotate it.`,
    { cause },
  )
}
