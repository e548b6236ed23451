import { dataProbes } from './data-probes.ts'
import { fileProbes } from './file-probes.ts'
import { machineProbes } from './machine-probes.ts'
import { networkProbes } from './network-probes.ts'
import type { Probe, Targets } from './probe.ts'
import { processProbes } from './process-probes.ts'

/** All probes, by name. */
export const probes: Readonly<Record<string, Probe>> = {
  ...fileProbes,
  ...processProbes,
  ...networkProbes,
  ...machineProbes,
  ...dataProbes,
}

/** What came of a probe. */
export interface Verdict {
  readonly leaked: boolean
  readonly detail: string
}

/** Runs a probe. */
export async function attempt(probe: Probe, targets: Targets): Promise<Verdict> {
  try {
    const found = (await probe(targets)) ?? null
    return { leaked: found !== null, detail: JSON.stringify(found) }
  } catch (error) {
    return { leaked: false, detail: String(error) }
  }
}
