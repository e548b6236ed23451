import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { serviceSchema } from './parameters.ts'
import { fingerprint, keyOfUses, readToken, toTimestamp } from './vault-entry.ts'

export class UseToken extends Tool {
  static override readonly description =
    'Looks a token up and records its use. Gives its fingerprint, and the token itself only if reveal is true.'
  static override readonly parameters = z.strictObject({
    service: serviceSchema,
    previous: z
      .boolean()
      .default(false)
      .describe('Use the token before the last rotation, while its period of grace lasts.'),
    reveal: z
      .boolean()
      .default(false)
      .describe('Give the token, too, in a variable named "token".'),
  })

  async *invoke({ service, previous, reveal }: ParametersOf<typeof UseToken>) {
    const { token, expiresAt } = await readToken(this.session.storage, service, previous)
    // Recorded before the token is out, so that none is out unrecorded.
    const uses = await persistent_store.increment(keyOfUses(service))
    const used = { service, fingerprint: fingerprint(token), expiresAt: toTimestamp(expiresAt) }
    yield this.log(
      'info',
      `The token of ${service} was ${reveal ? 'revealed' : 'looked up'}.`,
      used,
    )
    yield this.json({ ...used, uses })
    if (reveal) yield this.variable('token', token)
  }
}
