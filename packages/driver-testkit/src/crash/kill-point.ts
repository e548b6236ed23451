import { SeededRandom } from '../seeded-random.ts'
import type { CrashMessage } from './crash-message.ts'

/**
 * What a process of writers is killed at: while it opens the store; after an acknowledgement; in the
 * midst of a write; in the midst of a large one.
 */
type KillKind = 'opening' | 'acknowledged' | 'intended' | 'large'

/** When a process of writers is killed. */
export interface KillPoint {
  readonly at: KillKind
  /** How many messages of that kind come before. */
  readonly count: number
  /** How far into what the message begins, from 0 to 1 of the time that it usually takes. */
  readonly part: number
}

/** All kinds come early, so that few kills have them all; the first is while the store is made. */
const order = [
  'opening',
  'intended',
  'acknowledged',
  'large',
  'acknowledged',
  'intended',
  'acknowledged',
  'large',
] as const

/** From a kill during the first commits on to one amid much that was written. */
const most: Readonly<Record<KillKind, number>> = {
  opening: 1,
  acknowledged: 150,
  intended: 60,
  large: 4,
}

/** The points of so many kills, all from one seed. */
export function chooseKillPoints(kills: number, seed: number): readonly KillPoint[] {
  const random = new SeededRandom(seed, -1)
  return Array.from({ length: kills }, (_, index) => {
    const at = order[index % order.length] ?? 'acknowledged'
    return { at, count: 1 + random.below(most[at]), part: random.below(1_000) / 1_000 }
  })
}

/** Whether a message is of the kind that a point counts. */
export function countsFor({ at }: KillPoint, message: CrashMessage): boolean {
  if (at !== 'large') return message.kind === at
  if (message.kind === 'half') return true
  return message.kind === 'intended' && message.slot.startsWith('large-')
}

/** A point as a reader of a report knows it. */
export function describeKillPoint({ at, count }: KillPoint): string {
  switch (at) {
    case 'opening':
      return 'while it opened the store'
    case 'acknowledged':
      return `after ${count} acknowledged writes`
    case 'intended':
      return `in the midst of write ${count}`
    case 'large':
      return `in the midst of large write ${count}`
  }
}
