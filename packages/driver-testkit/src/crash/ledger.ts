import { type ErrorCode, errorCodes, type StorageKey } from '@holdfast/core'
import { compareAccounts } from './compare-accounts.ts'
import type { CrashMessage, FoundEntry, Intention, WriteName } from './crash-message.ts'
import { probePrefix, type Slot, slotWithKey, versionOf } from './crash-slot.ts'
import type { Finding } from './finding.ts'

/** What a slot may hold: the value of a round, or, where the round deleted, nothing. */
type Write = Pick<Intention, 'round' | 'isDelete' | 'refusal'>

interface SlotRecord {
  /** The last write of which it is certain that it arrived. */
  acknowledged: Write
  /** Later ones that may have arrived. */
  open: readonly Write[]
}

const nothingYet: Write = { round: 0, isDelete: true, refusal: null }

/** What the writers have said, and so what a reopened store must hold. */
export class Ledger {
  readonly #slots = new Map<StorageKey, SlotRecord>()
  #lastRound = 0
  #acknowledged = 0
  #arrived = 0
  #vanished = 0

  /** The last round that was used. */
  get lastRound(): number {
    return this.#lastRound
  }

  /** Writes that were acknowledged, and those cut off, which a look at the store told apart. */
  get counts(): {
    readonly acknowledged: number
    readonly arrived: number
    readonly vanished: number
  } {
    return { acknowledged: this.#acknowledged, arrived: this.#arrived, vanished: this.#vanished }
  }

  /**
   * Takes down what a process of writers tells.
   *
   * @returns what is wrong with it
   */
  note(message: CrashMessage): readonly Finding[] {
    switch (message.kind) {
      case 'opening':
      case 'half':
        return []
      case 'found':
        return [...this.#compare(message.entries), ...compareAccounts(message)]
      case 'intended': {
        const record = this.#recordOf(message.slot)
        record.open = [...record.open, message]
        this.#lastRound = Math.max(this.#lastRound, message.round)
        return []
      }
      case 'acknowledged': {
        const record = this.#recordOf(message.slot)
        record.acknowledged = this.#take(record, message)
        this.#acknowledged++
        return record.acknowledged.refusal === 'VERSION_MISMATCH'
          ? [staleAcknowledged(message)]
          : []
      }
      case 'refused': {
        const { refusal } = this.#take(this.#recordOf(message.slot), message)
        const isExpected = message.code === refusal || isRetryable(message.code)
        return isExpected ? [] : [wronglyRefused(message)]
      }
      case 'unknown':
        return []
    }
  }

  #recordOf(slot: StorageKey): SlotRecord {
    const known = this.#slots.get(slot)
    if (known !== undefined) return known
    const record = { acknowledged: nothingYet, open: [] }
    this.#slots.set(slot, record)
    return record
  }

  #take(record: SlotRecord, { slot, round }: WriteName): Write {
    const write = record.open.find((open) => open.round === round)
    if (write === undefined) throw new Error(`Round ${round} of ${slot} was not intended.`)
    record.open = record.open.filter((open) => open !== write)
    return write
  }

  #compare(entries: readonly FoundEntry[]): readonly Finding[] {
    const byKey = Map.groupBy(entries, ({ key }) => key)
    const keys = new Set([...this.#slots.keys(), ...byKey.keys()])
    return [...keys].flatMap((key) => this.#compareKey(key, byKey.get(key) ?? []))
  }

  #compareKey(key: StorageKey, entries: readonly FoundEntry[]): readonly Finding[] {
    if (key.startsWith(probePrefix)) {
      return [{ promise: '6.1', what: `${key} is there, and its commit was refused` }]
    }
    const slot = slotWithKey(key)
    if (slot === null || entries.some((entry) => !isOf(entry, slot))) {
      return [{ promise: '4.1', what: `${key} is there, and nobody ever wrote it there` }]
    }
    const broken = entries.flatMap(compareEntry)
    if (broken.length > 0) return broken
    const [round, ...others] = slot.stores.map(
      (store) => entries.find((entry) => entry.store === store)?.round ?? null,
    )
    if (others.some((other) => other !== round)) {
      const holds = [round, ...others].map((held) => describeRound(held ?? null)).join(' and ')
      return [
        { promise: '6.1', what: `${key} holds ${holds} in its two stores, written in one commit` },
      ]
    }
    return this.#settle(key, round ?? null)
  }

  /** Finds out which write it was that a slot holds. */
  #settle(key: StorageKey, round: number | null): readonly Finding[] {
    const record = this.#recordOf(key)
    const { acknowledged, open } = record
    const write = [acknowledged, ...open].find(
      ({ isDelete, round: written }) => round === (isDelete ? null : written),
    )
    if (write === undefined) return [this.#breachOf(key, round, record)]
    const arrived = open.includes(write) ? 1 : 0
    this.#arrived += arrived
    this.#vanished += open.length - arrived
    record.acknowledged = write
    record.open = []
    return []
  }

  #breachOf(key: StorageKey, round: number | null, { acknowledged, open }: SlotRecord): Finding {
    const may = [acknowledged, ...open].map(describeWrite).join(' or ')
    const what = `${key} holds ${describeRound(round)}, and must hold ${may}`
    if (round !== null && round > acknowledged.round) return { promise: '6.1', what }
    return { promise: acknowledged.isDelete ? '16.2' : '16.1', what }
  }
}

function isOf({ plugin, store }: FoundEntry, slot: Slot): boolean {
  return plugin === slot.target.plugin && slot.stores.includes(store)
}

function compareEntry({ key, store, round, version, size, bytes }: FoundEntry): readonly Finding[] {
  const name = `${key} in ${store}`
  if (round === null) {
    return [
      { promise: '2.6', what: `${name} has a value of ${bytes} bytes that nobody wrote whole` },
    ]
  }
  if (version !== versionOf(round)) {
    return [
      { promise: '2.6', what: `${name} has the value of round ${round} and version ${version}` },
    ]
  }
  return size === bytes
    ? []
    : [{ promise: '3.1', what: `${name} has ${bytes} bytes and says that they are ${size}` }]
}

function staleAcknowledged({ slot, round }: WriteName): Finding {
  const what = `round ${round} of ${slot} expected a version that never was, and was acknowledged`
  return { promise: '7.2', what }
}

function wronglyRefused({ slot, round, code }: WriteName & { readonly code: string }): Finding {
  return { promise: '6.4', what: `round ${round} of ${slot} was refused with ${code}` }
}

/** A busy store may ask for patience. */
function isRetryable(code: string): boolean {
  return Object.hasOwn(errorCodes, code) && errorCodes[code as ErrorCode] === 'retry'
}

function describeRound(round: number | null): string {
  return round === null ? 'nothing' : `round ${round}`
}

function describeWrite({ round, isDelete }: Write): string {
  if (round === 0) return 'nothing'
  return isDelete ? `nothing (round ${round} deleted it)` : `round ${round}`
}
