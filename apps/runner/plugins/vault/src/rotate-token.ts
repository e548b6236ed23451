import { isHoldfastError, type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { expiresInMsSchema, serviceSchema, tokenSchema } from './parameters.ts'
import { encodeToken, fingerprint, keyOfPrevious, keyOfToken, readToken } from './vault-entry.ts'

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

  async *invoke(parameters: ParametersOf<typeof RotateToken>) {
    const { service, token, expiresInMs, graceMs, replaces } = parameters
    const current = await readToken(this.session.storage, service)
    const [old, fresh] = [current.token, token].map(fingerprint)
    if (current.token === token) {
      // So a rotation that is repeated, because its reply was lost, keeps what it put aside.
      yield this.text(`The token of ${service} is ${fresh} already.`)
      return
    }
    if (replaces !== undefined && replaces !== old) throw lostRace(service)

    const { atomic, now } = this.session
    const leftMs = current.expiresAt === null ? graceMs : current.expiresAt - now()
    const previousMs = Math.min(graceMs, leftMs)
    const change = atomic()
    change.storage.set(keyOfToken(service), encodeToken(token), {
      expiresInMs,
      ifVersion: current.version,
    })
    if (previousMs > 0) {
      const value = encodeToken(current.token)
      change.storage.set(keyOfPrevious(service), value, { expiresInMs: previousMs })
    } else {
      change.storage.delete(keyOfPrevious(service))
    }
    try {
      await change.commit()
    } catch (error) {
      throw isHoldfastError(error, 'VERSION_MISMATCH') ? lostRace(service, error) : error
    }
    yield this.text(`Rotated the token of ${service} from ${old} to ${fresh}.`)
  }
}

function lostRace(service: string, cause?: unknown): Error {
  return new Error(
    `The token of ${service} was changed by somebody else; yours was not stored. Look at the one that there is now before you rotate it.`,
    { cause },
  )
}
