import { type ParametersOf, Tool } from '@holdfast/session'
import * as z from 'zod'
import { serviceSchema } from './parameters.ts'
import { keyOfPrevious, keyOfToken, keyOfUses } from './vault-entry.ts'

export class RevokeToken extends Tool {
  static override readonly description =
    'Forgets the token of a service, the one before in its period of grace, and the record of their use.'
  static override readonly parameters = z.strictObject({ service: serviceSchema })

  async *invoke({ service }: ParametersOf<typeof RevokeToken>) {
    const change = this.session.atomic()
    change.storage.delete(keyOfToken(service)).delete(keyOfPrevious(service))
    change.persistent_store.delete(keyOfUses(service))
    await change.commit()
    yield this.text(`No token is kept for ${service}. Revoke it at the service, too.`)
  }
}
