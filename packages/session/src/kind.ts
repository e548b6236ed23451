import type { Message } from './message.ts'

/**
 * What a thing of this package is, under the name `~holdfast`. A plugin may bring a copy of this
 * package of its own, whose classes are not those of its host's copy; so each knows the things of
 * the other by this mark and never by `instanceof`. What the two do with one another is a contract
 * between versions of this package: the number changes when it does.
 */
export type Kind = 'tool/v1' | 'endpoint/v1' | 'plugin/v1' | 'message/v1'

/** Whether a value bears a mark. */
export function isKind(value: unknown, kind: Kind): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return '~holdfast' in value && value['~holdfast'] === kind
}

/** Marks a message where nobody sees it who prints, compares or serialises the message. */
export function markMessage<Made extends Message>(message: Made): Made {
  const kind: Kind = 'message/v1'
  return Object.freeze(Object.defineProperty(message, '~holdfast', { value: kind }))
}
