import { createHash } from 'node:crypto'
import {
  type EntryMetadata,
  type ErrorCode,
  type EpochMs,
  isHoldfastError,
  type Scope,
  type ScopeUsage,
  type Usage,
} from '@holdfast/core'
import { Unanswered } from './patience.ts'
import { Refusal } from './refusal.ts'

/** More bytes than this are told by their beginning and their hash. */
const mostShown = 12

/** What callers go by in the context of an error; of other errors, the code is all. */
const contextFields: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  VERSION_MISMATCH: ['store', 'key', 'expected', 'current'],
  QUOTA_EXCEEDED: ['maxBytes', 'neededBytes'],
}

/** An entry as drivers and the model give it. */
export interface AnsweredEntry extends EntryMetadata {
  readonly value: Uint8Array | null
}

/** Says what was answered, in words that are the same for the same answer, whenever it was given. */
export class AnswerDescriber {
  readonly #startedAt: EpochMs
  readonly #knowsTimes: boolean

  /** @param knowsTimes whether the times of entries are to be compared */
  constructor(startedAt: EpochMs, knowsTimes: boolean) {
    this.#startedAt = startedAt
    this.#knowsTimes = knowsTimes
  }

  entries(entries: readonly (AnsweredEntry | null)[]): string {
    const lines = entries.map((entry) => (entry === null ? 'nothing' : this.entry(entry)))
    return lines.length === 0 ? 'no entries' : lines.join('\n')
  }

  entry(entry: AnsweredEntry): string {
    const value = entry.value === null ? 'no value' : describeBytes(entry.value)
    return `${this.metadata(entry)}, ${value}`
  }

  metadata({ key, size, version, contentType, ...times }: EntryMetadata): string {
    const { createdAt, updatedAt, expiresAt } = times
    const dates = this.#knowsTimes
      ? `, created ${this.time(createdAt)}, updated ${this.time(updatedAt)}`
      : ''
    const type = contentType === null ? '' : `, type ${describeKey(contentType)}`
    const expiry = expiresAt === null ? '' : `, expires ${this.time(expiresAt)}`
    return `${describeKey(key)} ${version}, size ${size}${type}${dates}${expiry}`
  }

  /** A time, told from the beginning on. */
  time(time: EpochMs): string {
    const ms = time - this.#startedAt
    return `at ${ms < 0 ? '' : '+'}${ms}`
  }
}

/** Says which scope. */
export function describeScope({ workspace, plugin, store }: Scope): string {
  return `${workspace}/${plugin}/${store}`
}

/** Says how much a scope holds. */
export function describeUsage({ entries, bytes }: Usage): string {
  return `${entries} entries, ${bytes} bytes`
}

/** Says which scopes there are. */
export function describeScopes(scopes: readonly ScopeUsage[]): string {
  const lines = scopes.map(({ scope, usage }) => `${describeScope(scope)}: ${describeUsage(usage)}`)
  return lines.length === 0 ? 'no scopes' : lines.join('\n')
}

/** Shows a key or another text, a long one by its ends. */
export function describeKey(key: string): string {
  const [first, last] = [key.slice(0, 16), key.slice(-16)]
  if (key.length <= 40 || !first.isWellFormed() || !last.isWellFormed()) return JSON.stringify(key)
  return `${JSON.stringify(`${first}…${last}`)} of ${Buffer.byteLength(key)} bytes`
}

/** Shows bytes, so that other bytes look otherwise. */
export function describeBytes(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, mostShown)).toString('hex')
  const kind = bytes.constructor === Uint8Array ? '' : ` in a ${bytes.constructor.name}`
  if (bytes.length === 0) return `0 bytes${kind}`
  if (bytes.length <= mostShown) return `${bytes.length} bytes ${hex}${kind}`
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  return `${bytes.length} bytes ${hex}… (sha256 ${hash}…)${kind}`
}

/** Says how a call failed. */
function describeFailure(error: unknown): string {
  if (error instanceof Unanswered) return `no answer in ${error.limitMs / 1_000} seconds`
  if (!isHoldfastError(error) && !(error instanceof Refusal)) return `an error: ${String(error)}`
  const { code, context } = error
  const details = (contextFields[code] ?? []).map(
    (name) => `${name} ${JSON.stringify(context[name])}`,
  )
  return `refused: ${[code, ...details].join(', ')}`
}

/** What a call answered, or how it failed. */
export async function told<Answer>(
  call: () => Answer | Promise<Answer>,
  describe: (answer: Answer) => string,
): Promise<string> {
  try {
    return describe(await call())
  } catch (error) {
    return describeFailure(error)
  }
}
