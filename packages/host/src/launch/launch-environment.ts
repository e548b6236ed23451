import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findCgroup } from './find-cgroup.ts'
import { findExecutable } from './find-executable.ts'
import { parseConditions } from './parse-conditions.ts'
import { type NodeAbilities, probeNode } from './probe-node.ts'
import { probeSandbox, type SandboxTools } from './probe-sandbox.ts'
import { type UserRange, userArguments, userRanges } from './user-arguments.ts'

/** What this machine has to start plugins with. */
export interface LaunchEnvironment {
  /** The Node.js that it was found out for. */
  readonly node: NodeAbilities
  /** The conditions by which the host itself chooses among the `exports` of packages. */
  readonly conditions: readonly string[]
  readonly isRoot: boolean
  readonly setprivPath: string | null
  readonly prlimitPath: string | null
  /** Users for processes; `null` where the host may not change to others. */
  readonly users: UserRange | null
  /** What makes sandboxes, if that works here; otherwise the reason why not. */
  readonly sandbox: SandboxTools | { readonly reason: string }
  /** Folder of cgroup v2 in which the host may make groups with limits; `null` where none is. */
  readonly cgroup: string | null
}

/**
 * Finds out what there is to start plugins with, by trying it. It starts a few short processes, so
 * ask once.
 *
 * @param nodePath the Node.js that is to run plugins: an absolute path
 * @throws an `Error` where that is no Node.js that runs
 */
export async function probeLaunchEnvironment(nodePath: string): Promise<LaunchEnvironment> {
  const [node, setprivPath, prlimitPath, bwrapPath, cgroup] = await Promise.all([
    probeNode(nodePath),
    findExecutable('setpriv'),
    findExecutable('prlimit'),
    findExecutable('bwrap'),
    findCgroup(),
  ])
  const isRoot = process.getuid?.() === 0
  const users = isRoot && setprivPath !== null ? await findUsers(setprivPath) : null
  return {
    node,
    conditions: parseConditions(process.execArgv, process.env['NODE_OPTIONS'] ?? ''),
    isRoot,
    setprivPath,
    prlimitPath,
    users,
    sandbox: await probeSandbox({ bwrapPath, setprivPath, prlimitPath, nodePath, users }),
    cgroup,
  }
}

async function findUsers(setprivPath: string): Promise<UserRange | null> {
  for (const range of userRanges(process.pid)) {
    try {
      const args = [...userArguments(range, 0), setprivPath, '--version']
      await promisify(execFile)(setprivPath, args)
      return range
    } catch {
      // A container may have few users, or none but its own.
    }
  }
  return null
}
