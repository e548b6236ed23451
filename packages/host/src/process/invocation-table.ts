import { randomBytes } from 'node:crypto'
import { ProtocolError } from '../wire/protocol-error.ts'
import { wireLimits } from '../wire/wire-limits.ts'
import type { HostInvocation } from './host-invocation.ts'
import type { ServedInvocation } from './served-invocation.ts'

/** The live invocations of one process, by the number and by the token that the process knows them by. */
export class InvocationTable {
  readonly #invocations = new Map<number, HostInvocation>()
  readonly #served = new Map<string, ServedInvocation>()
  #lastId = 0
  #begun = 0

  /** How many are live. */
  get size(): number {
    return this.#invocations.size
  }

  /** How many there ever were. */
  get begun(): number {
    return this.#begun
  }

  all(): readonly HostInvocation[] {
    return [...this.#invocations.values()]
  }

  /** A number for an invocation or a question, which is even, as those of the plugin's calls are odd. */
  nextId(): number {
    do this.#lastId = (this.#lastId + 2) % 0xffff_fffe
    while (this.#lastId === 0 || this.#invocations.has(this.#lastId))
    return this.#lastId
  }

  /**
   * Adds an invocation, until it ends.
   *
   * @returns its token, which nobody can guess
   */
  add(invocation: HostInvocation): Buffer {
    const token = randomBytes(wireLimits.tokenBytes)
    const name = nameOf(token)
    this.#begun++
    this.#invocations.set(invocation.id, invocation)
    this.#served.set(name, invocation.served)
    invocation.served.lifetime.addEventListener('abort', () => {
      this.#invocations.delete(invocation.id)
      this.#served.delete(name)
    })
    return token
  }

  /** What the calls of an invocation are served as; `undefined` for a token that is worth nothing. */
  serving(token: Buffer): ServedInvocation | undefined {
    return this.#served.get(nameOf(token))
  }

  /**
   * Finds a live invocation. What was on its way when one ended finds none, and is passed over.
   *
   * @throws {@link ProtocolError} for one that there never was
   */
  find(id: number): HostInvocation | undefined {
    const wasGiven = id <= this.#lastId || this.#begun > 0x7fff_ffff
    if (id % 2 === 0 && id !== 0 && wasGiven) return this.#invocations.get(id)
    throw new ProtocolError(`an invocation with the number ${id}, which there never was`)
  }
}

function nameOf(token: Buffer): string {
  return token.toString('latin1')
}
