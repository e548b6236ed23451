import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import { z } from 'zod'
import { serviceSchema } from './parameters.ts'
import { keyOfToken, keyOfUses, previousPrefix } from './vault-entry.ts'

export class RevokeToken extends Tool {
  static override readonly description =
    'Forgets the token of a service, those in a period of grace, and the record of their use.'
  static override readonly parameters = z.strictObject({ service: serviceSchema })

  async *invoke({ service }: ParametersOf<typeof RevokeToken>) {
    const { storage } = this.session
    // First, for without it nothing points to the others.
    await storage.delete(keyOfToken(service))
    for await (const key of storage.keys({ prefix: previousPrefix(service) })) {
      await storage.delete(key)
    }
    await persistent_store.delete(keyOfUses(service))
    yield this.text(`No token is kept for ${service}. Revoke it at the service, too.`)
  }
}
