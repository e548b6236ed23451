import type { HostOptions } from '../src/index.ts'

/** In which host a suite is run. */
export interface HostRow {
  /** Stands in the titles of tests. */
  readonly title: string
  readonly options: Omit<HostOptions, 'driver' | 'plugins'>
}

/** The modes that there are, on each Node.js that is there. */
export const hostRows: readonly HostRow[] = [{ title: 'mode inline', options: { mode: 'inline' } }]
