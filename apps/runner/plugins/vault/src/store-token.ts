import { isHoldfastError, type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { expiresInMsSchema, serviceSchema, tokenSchema } from './parameters.ts'
import { encodeToken, fingerprint, keyOfPrevious, keyOfToken, keyOfUses } from './vault-entry.ts'

export class StoreToken extends Tool {
  static override readonly description =
    'Stores an API token for a service that has none. To replace one use rotate-token.'
  static override readonly parameters = z.strictObject({
    service: serviceSchema,
    token: tokenSchema,
    expiresInMs: expiresInMsSchema,
  })

  async *invoke({ service, token, expiresInMs }: ParametersOf<typeof StoreToken>) {
    const change = this.session.atomic()
    change.storage
      .set(keyOfToken(service), encodeToken(token), { expiresInMs, ifVersion: null })
      .delete(keyOfPrevious(service))
    // What is counted there was done with a token that has expired.
    change.persistent_store.delete(keyOfUses(service))
    try {
      await change.commit()
    } catch (error) {
      if (!isHoldfastError(error, 'VERSION_MISMATCH')) throw error
      throw new Error(`${service} has a token already. Replace it by rotate-token.`, {
        cause: error,
      })
    }
    yield this.text(`Stored a token for ${service}, fingerprint ${fingerprint(token)}.`)
  }
}
