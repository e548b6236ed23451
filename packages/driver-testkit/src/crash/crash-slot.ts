import {
  type Capabilities,
  parsePluginId,
  parseStorageKey,
  parseVersion,
  parseWorkspaceId,
  type PluginScope,
  type StorageKey,
  type StoreName,
  type Version,
} from '@holdfast/core'

/**
 * What a writer writes in one go, again and again: one key (`single`); the same key in both stores
 * (`pair`); one key by compare-and-set (`compared`); one key of a plugin that has a narrow quota
 * (`bounded`); one large value given whole (`large`) or as a stream (`streamed`).
 */
export const slotKinds = ['single', 'pair', 'compared', 'bounded', 'large', 'streamed'] as const

/** A kind of {@link Slot}. */
export type SlotKind = (typeof slotKinds)[number]

/** A key, or two, that one writer alone writes, and always as a whole. */
export interface Slot {
  /** Also the key. */
  readonly name: StorageKey
  readonly kind: SlotKind
  readonly target: PluginScope
  readonly stores: readonly StoreName[]
}

/** Whose data is written. The second has so little room that its writes are refused now and then. */
export const targets: Readonly<Record<'roomy' | 'bounded', PluginScope>> = {
  roomy: { workspace: parseWorkspaceId('crash'), plugin: parsePluginId('roomy') },
  bounded: { workspace: parseWorkspaceId('crash'), plugin: parsePluginId('bounded') },
}

/** How the keys begin of commits that are made to be refused. */
export const probePrefix = 'probe-'

/** The slot of a writer. */
export function slotOf(kind: SlotKind, writer: number): Slot {
  return slotNamed(parseStorageKey(`${kind}-${writer}`), kind)
}

/** The slot that a key is of; `null` for a key that nobody writes. */
export function slotWithKey(key: StorageKey): Slot | null {
  const kind = slotKinds.find((name) => key.startsWith(`${name}-`))
  return kind === undefined ? null : slotNamed(key, kind)
}

function slotNamed(name: StorageKey, kind: SlotKind): Slot {
  return {
    name,
    kind,
    target: kind === 'bounded' ? targets.bounded : targets.roomy,
    stores: kind === 'pair' ? ['storage', 'persistent_store'] : ['storage'],
  }
}

/** The kinds that a driver can take. */
export function kindsFor({ maxStreamBytes }: Capabilities): readonly SlotKind[] {
  return slotKinds.filter((kind) => kind !== 'streamed' || maxStreamBytes > 0)
}

/** The version that a round writes. No round is ever used twice. */
export function versionOf(round: number): Version {
  return parseVersion(`round-${round}`)
}
