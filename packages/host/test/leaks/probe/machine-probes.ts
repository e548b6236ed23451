import { realpathSync } from 'node:fs'
import os from 'node:os'
import type { Probe } from './probe.ts'

/** Facts about the machine, which are no secrets, but nobody's business either. */
export const machineProbes: Readonly<Record<string, Probe>> = {
  existenceOfFile: ({ hostFile }) => {
    try {
      realpathSync(`${hostFile}.missing`)
    } catch (error) {
      // Only whoever is told of each what it is can tell the two apart.
      const { code } = error as NodeJS.ErrnoException
      return code === 'ENOENT' ? realpathSync(hostFile) : null
    }
    return null
  },
  hostName: ({ hostName }) => (os.hostname() === hostName ? hostName : null),
  networkAddresses: ({ networkAddress }) =>
    JSON.stringify(os.networkInterfaces()).includes(`"${networkAddress}"`) ? networkAddress : null,
  processorsAndMemory: ({ memoryBytes }) =>
    os.totalmem() === memoryBytes ? os.cpus().length : null,
}
