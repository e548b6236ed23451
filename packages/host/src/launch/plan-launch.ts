import { HoldfastError } from '@holdfast/core'
import { assertSandboxAvailable } from './assert-sandbox-available.ts'
import { findLinks } from './find-links.ts'
import type { LaunchEnvironment } from './launch-environment.ts'
import type { LaunchPlan, LaunchRequest } from './launch-plan.ts'
import { limitArguments } from './limit-arguments.ts'
import { nodeArguments } from './node-arguments.ts'
import { sandboxArguments } from './sandbox-arguments.ts'
import { userArguments } from './user-arguments.ts'

/**
 * Says how to start a plugin's process, with every protection that the environment has. What it
 * lacks, `weaknessesOf` says.
 *
 * @throws {@link HoldfastError} `SANDBOX_UNAVAILABLE` where the request is for a sandbox and none
 * works here; `PLUGIN_LOAD_FAILED` for a path that the permission model would take for a pattern
 */
export function planLaunch(request: LaunchRequest, environment: LaunchEnvironment): LaunchPlan {
  refusePatterns([request.guestPath, ...request.readPaths])
  const [command = '', ...args] = [
    ...cgroupCommand(request),
    ...privilegeCommand(request, environment),
    ...(request.mode === 'sandbox' ? sandboxCommand(request, environment) : []),
    ...limitCommand(request, environment),
    request.nodePath,
    ...nodeArguments(request, environment),
  ]
  return { command, args, env: {}, cwd: '/' }
}

/** Enters the group before there is a child that would stay out of it. */
function cgroupCommand({ cgroup }: LaunchRequest): readonly string[] {
  if (cgroup === undefined) return []
  return ['/bin/sh', '-c', 'echo 0 > "$0/cgroup.procs" && exec "$@"', cgroup]
}

/** Ends the process with its host, whatever becomes of that, and leaves it nothing to rise by. */
function privilegeCommand(
  { slot, readsAll = false }: LaunchRequest,
  { setprivPath, users }: LaunchEnvironment,
): readonly string[] {
  if (setprivPath === null) return []
  const user = users === null ? withoutCapabilities : userArguments(users, slot, readsAll)
  return [setprivPath, ...user, '--no-new-privs', '--pdeathsig', 'KILL']
}

const withoutCapabilities = ['--inh-caps=-all', '--ambient-caps=-all']

function sandboxCommand(
  { guestPath, readPaths, network }: LaunchRequest,
  environment: LaunchEnvironment,
): readonly string[] {
  assertSandboxAvailable(environment)
  const { sandbox } = environment
  const view = { ...findLinks([guestPath, ...readPaths]), network }
  return [sandbox.bwrapPath, ...sandboxArguments(sandbox, view)]
}

function limitCommand(
  request: LaunchRequest,
  { prlimitPath, users }: LaunchEnvironment,
): readonly string[] {
  if (prlimitPath === null) return []
  // A sandbox has users of its own, too.
  return [prlimitPath, ...limitArguments(request, request.mode === 'sandbox' || users !== null)]
}

function refusePatterns(paths: readonly string[]): void {
  const pattern = paths.find((path) => path.includes('*'))
  if (pattern === undefined) return
  throw new HoldfastError(
    'PLUGIN_LOAD_FAILED',
    `The path ${pattern} has a "*", which Node.js takes for whatever begins like it, where it says what a plugin may read. Rename the file or folder.`,
    { context: { path: pattern } },
  )
}
