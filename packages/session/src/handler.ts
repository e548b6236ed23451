import { HoldfastError } from '@holdfast/core'
import type { Invocation } from './invocation/invocation.ts'
import { makeSession } from './make-session.ts'
import type { Session } from './session.ts'

/** What tools and endpoints have in common: a session. */
export abstract class Handler {
  #session: Session | undefined

  /**
   * What this invocation may use: its stores, who it runs for, its signal.
   *
   * @throws {@link HoldfastError} `NO_INVOCATION` in a constructor or an initialiser of a field:
   * the session comes when the instance is complete, before `invoke`
   */
  protected get session(): Session {
    if (this.#session !== undefined) return this.#session
    throw new HoldfastError(
      'NO_INVOCATION',
      'this.session is there when invoke() is called, and not yet in the constructor or in the initialiser of a field. Move what needs it into invoke().',
    )
  }

  /** For the runtime, which gives an instance its invocation before it calls `invoke`. */
  '~bind'(invocation: Invocation): void {
    this.#session = makeSession(invocation)
  }
}
