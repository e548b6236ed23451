import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What a Node.js can keep from a plugin. */
export interface NodeAbilities {
  readonly path: string
  /** As `process.version`, such as `v24.21.0`. */
  readonly version: string
  /** Whether its permission model knows the network. Before Node 25 it does not. */
  readonly guardsNetwork: boolean
  /** Whether it has `node:ffi`, which is then switched off. */
  readonly hasForeignFunctions: boolean
}

/**
 * Asks a Node.js what it can do; it is run only where it is not the one that runs this.
 *
 * @param path absolute
 */
export async function probeNode(path: string): Promise<NodeAbilities> {
  if (path === process.execPath) {
    const flags = process.allowedNodeEnvironmentFlags
    return describe(
      path,
      process.version,
      flags.has('--allow-net'),
      flags.has('--experimental-ffi'),
    )
  }
  const script =
    'const flags = process.allowedNodeEnvironmentFlags;' +
    "[process.version, flags.has('--allow-net'), flags.has('--experimental-ffi')].join()"
  const { stdout } = await promisify(execFile)(path, ['-p', script], { env: {} })
  const [version = '', guardsNetwork, hasForeignFunctions] = stdout.trim().split(',')
  return describe(path, version, guardsNetwork === 'true', hasForeignFunctions === 'true')
}

function describe(
  path: string,
  version: string,
  guardsNetwork: boolean,
  hasForeignFunctions: boolean,
): NodeAbilities {
  return { path, version, guardsNetwork, hasForeignFunctions }
}
