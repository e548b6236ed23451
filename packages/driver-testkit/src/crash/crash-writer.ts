import { setImmediate } from 'node:timers/promises'
import { inspect } from 'node:util'
import {
  type Commit,
  isHoldfastError,
  type Quota,
  type StorageDriver,
  type StorageKey,
  type Version,
} from '@holdfast/core'
import { tellParent } from '../parent-process.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { CrashMessage, Intention } from './crash-message.ts'
import { kindsFor, type Slot, type SlotKind, slotOf, versionOf } from './crash-slot.ts'
import { makeValue, smallestValue } from './self-proving-value.ts'

/** How often a kind is written, in parts of the whole. */
const shares: Readonly<Record<SlotKind, number>> = {
  single: 6,
  pair: 6,
  compared: 4,
  bounded: 4,
  large: 2,
  streamed: 2,
}

const deletedShare = 0.1
const staleShare = 0.2
const largestSmall = 40_000
const largestLarge = 1_048_576
const pieceBytes = 65_536
const roomyQuota: Quota = { maxBytes: 2 ** 40 }
const boundedQuota: Quota = { maxBytes: 100_000 }
const neverWritten: Version = versionOf(0)

/** What the writers of a process have in common. */
export interface WritersShare {
  readonly driver: StorageDriver
  /** Versions that the store has, by slot. */
  readonly versions: Map<StorageKey, Version>
  /** A round that nobody has used. */
  readonly nextRound: () => number
}

/** Writes its slots in turn by chance, for as long as it lives. */
export class CrashWriter {
  readonly #share: WritersShare
  readonly #random: SeededRandom
  readonly #slots: Slot[]

  constructor(share: WritersShare, writer: number, random: SeededRandom) {
    this.#share = share
    this.#random = random
    this.#slots = kindsFor(share.driver.capabilities)
      .flatMap((kind) => Array.from({ length: shares[kind] }, () => kind))
      .map((kind) => slotOf(kind, writer))
  }

  /** Ends only when the outcome of a write of each slot is unknown. */
  async run(): Promise<void> {
    while (this.#slots.length > 0) {
      // A driver that answers at once would otherwise let nothing else run.
      await setImmediate()
      await this.#write(this.#slots[this.#random.below(this.#slots.length)])
    }
  }

  async #write(slot: Slot | undefined): Promise<void> {
    if (slot === undefined) return
    const intention = this.#intend(slot)
    const { round } = intention
    const name = { slot: slot.name, round }
    tell({ kind: 'intended', ...intention })
    try {
      await this.#apply(slot, intention)
    } catch (error) {
      const code = codeOf(error)
      if (code !== 'OUTCOME_UNKNOWN') return tell({ kind: 'refused', code, ...name })
      // It may yet be applied, so nothing that is written to this slot from now on would be certain.
      this.#giveUp(slot)
      process.stderr.write(`The outcome of round ${round} is unknown: ${inspect(error)}\n`)
      return tell({ kind: 'unknown', ...name })
    }
    tell({ kind: 'acknowledged', ...name })
    if (intention.isDelete) this.#share.versions.delete(slot.name)
    else this.#share.versions.set(slot.name, versionOf(round))
  }

  #intend({ name, kind }: Slot): Intention {
    const isDelete = kind !== 'streamed' && this.#random.chance(deletedShare)
    const isStale = kind === 'compared' && this.#random.chance(staleShare)
    const refusal = isStale ? 'VERSION_MISMATCH' : kind === 'bounded' ? 'QUOTA_EXCEEDED' : null
    return { slot: name, round: this.#share.nextRound(), isDelete, refusal }
  }

  #apply(slot: Slot, { round, isDelete, refusal }: Intention): Promise<void> {
    const value = makeValue(slot.name, round, this.#chooseSize(slot.kind))
    if (slot.kind === 'streamed') return this.#stream(slot, round, value)
    const write = { key: slot.name, value, version: versionOf(round) }
    const current = this.#share.versions.get(slot.name) ?? null
    const version = refusal === 'VERSION_MISMATCH' ? neverWritten : current
    const commit: Commit = {
      checks: slot.kind === 'compared' ? [{ store: 'storage', key: slot.name, version }] : [],
      puts: isDelete
        ? []
        : slot.stores.map((store) => ({ ...write, store, expiresAt: null, contentType: null })),
      deletes: isDelete ? slot.stores.map((store) => ({ store, key: slot.name })) : [],
      quota: this.#chooseQuota(slot),
    }
    return this.#share.driver.commit(slot.target, commit)
  }

  #stream(slot: Slot, round: number, value: Uint8Array): Promise<void> {
    const put = {
      key: slot.name,
      version: versionOf(round),
      expiresAt: null,
      contentType: null,
      expected: undefined,
      quota: this.#chooseQuota(slot),
      body: inPieces(value, () => tell({ kind: 'half', slot: slot.name, round })),
    }
    return this.#share.driver.writeStream({ ...slot.target, store: 'storage' }, put)
  }

  #chooseSize(kind: SlotKind): number {
    const { maxValueBytes, maxStreamBytes } = this.#share.driver.capabilities
    switch (kind) {
      case 'large':
        return this.#sizeUpTo(Math.min(largestLarge, maxValueBytes), largestLarge / 4)
      case 'streamed':
        return this.#sizeUpTo(Math.min(2 * largestLarge, maxStreamBytes), largestLarge / 2)
      default:
        return this.#sizeUpTo(largestSmall, smallestValue)
    }
  }

  #sizeUpTo(largest: number, least: number): number {
    const from = Math.min(least, largest)
    return from + this.#random.below(largest - from + 1)
  }

  #chooseQuota({ kind }: Slot): Quota | null {
    if (kind === 'bounded') return boundedQuota
    return this.#random.chance(0.5) ? roomyQuota : null
  }

  #giveUp({ name }: Slot): void {
    const others = this.#slots.filter((slot) => slot.name !== name)
    this.#slots.splice(0, Infinity, ...others)
  }
}

async function* inPieces(value: Uint8Array, onHalf: () => void): AsyncGenerator<Uint8Array, void> {
  const half = value.byteLength / 2
  for (let at = 0; at < value.byteLength; at += pieceBytes) {
    if (at >= half && at < half + pieceBytes) onHalf()
    yield value.slice(at, at + pieceBytes)
  }
}

/** Whatever is not refused for a known reason may have been applied. */
function codeOf(error: unknown): string {
  return isHoldfastError(error) ? error.code : 'OUTCOME_UNKNOWN'
}

function tell(message: CrashMessage): void {
  tellParent(message)
}
