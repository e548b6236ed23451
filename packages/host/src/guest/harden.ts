import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import { accessDenied } from './access-denied.ts'
import { closeNetwork } from './close-network.ts'

/** What the process is for. */
export interface HardenOptions {
  /** Whether its plugin was granted the network. */
  readonly network: boolean
  /** The socket to its host, which stays open. */
  readonly connection: Socket
}

/**
 * Takes from this process, before code of a plugin runs in it, what Node's permission model leaves
 * open and a plugin has no use for: signals to others, flags of V8 and reports, both of which write
 * files, and the network where Node cannot close it itself. Such calls fail with
 * `ERR_ACCESS_DENIED`.
 *
 * The functions are gone for good, for nothing that a plugin can reach holds the originals. All the
 * same, this is JavaScript guarding JavaScript: docs/security.md says what may be built on it.
 */
export function harden({ network, connection }: HardenOptions): void {
  lockProcess(process as unknown as ProcessInternals)
  lockReport()
  lockModules()
  if (!network) closeNetwork(connection)
  syncBuiltinESMExports()
}

interface ProcessInternals {
  /** What `process.kill` calls. */
  ['_kill']: (pid: unknown, signal: number) => number
  ['_debugProcess']: (pid: unknown) => void
}

const changesOfUser = ['setuid', 'seteuid', 'setgid', 'setegid', 'setgroups', 'initgroups']

function lockProcess(internals: ProcessInternals): void {
  const own = process.pid
  const kill = internals['_kill']
  internals['_kill'] = (pid, signal) => {
    if (Number(pid) !== own) throw accessDenied('A plugin sends signals to no process but its own.')
    return kill(own, signal)
  }
  internals['_debugProcess'] = deny('A plugin debugs no process.')
  const denyUser = deny('A plugin stays the user that it is.')
  for (const name of changesOfUser) Object.assign(process, { [name]: denyUser })
}

/** What Node writes when it fails, it writes wherever the setting says, whatever is permitted. */
function lockReport(): void {
  const { report } = process
  const set = deny('A plugin has no settings of reports.')
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(report))) {
    if (descriptor.set !== undefined) Object.defineProperty(report, name, { ...descriptor, set })
  }
}

function lockModules(): void {
  // Some flags make V8 write files, and others make it unsafe.
  process.getBuiltinModule('node:v8').setFlagsFromString = deny('A plugin sets no flags of V8.')
  const os = process.getBuiltinModule('node:os')
  const { setPriority } = os
  os.setPriority = (...args: [number] | [number, number]) => {
    const isOwn = args.length < 2 || args[0] === 0 || args[0] === process.pid
    if (!isOwn) throw accessDenied('A plugin sets the priority of no process but its own.')
    setPriority(0, args.at(-1) ?? 0)
  }
}

function deny(message: string): () => never {
  return () => {
    throw accessDenied(message)
  }
}
