import type { HostOptions } from '@holdfast/host'

/** How the host runs plugins. */
export type BenchMode = NonNullable<HostOptions['mode']>

/** The modes that can be measured. The first is the one that is, where none is named. */
export const benchModes: readonly [BenchMode, ...BenchMode[]] = ['process', 'sandbox', 'inline']
