import type { LaunchEnvironment } from './launch-environment.ts'
import type { LaunchRequest } from './launch-plan.ts'
import { heapArguments } from './limit-arguments.ts'

/**
 * The arguments of the Node.js that runs a plugin: its permission model, with nothing permitted but
 * what the request says, and silence about itself.
 */
export function nodeArguments(
  { guestPath, readPaths, network, addons, memoryBytes }: LaunchRequest,
  { node, conditions }: LaunchEnvironment,
): readonly string[] {
  return [
    '--permission',
    ...[guestPath, ...readPaths].map((path) => `--allow-fs-read=${path}`),
    ...(network && node.guardsNetwork ? ['--allow-net'] : []),
    addons ? '--allow-addons' : '--no-addons',
    // It opens any file, whatever the permission model says.
    '--no-experimental-sqlite',
    ...(node.hasForeignFunctions ? ['--no-experimental-ffi'] : []),
    '--disable-sigusr1',
    '--no-warnings',
    // Four threads for V8's garbage collector and compilers take memory in each of many processes.
    '--v8-pool-size=1',
    '--enable-source-maps',
    ...heapArguments(memoryBytes),
    ...conditions.map((condition) => `--conditions=${condition}`),
    guestPath,
    // For the guest, which then need not close it.
    ...(network ? ['--network'] : []),
  ]
}
