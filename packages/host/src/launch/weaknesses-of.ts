import type { LaunchEnvironment } from './launch-environment.ts'

/**
 * Says which protections of a mode are missing here, for operators.
 *
 * @returns clauses such as `plugins run as root, for ...`; none where all is as it should be
 */
export function weaknessesOf(
  environment: LaunchEnvironment,
  mode: 'process' | 'sandbox',
): readonly string[] {
  const { node, isRoot, users, setprivPath, prlimitPath, cgroup } = environment
  const isProcess = mode === 'process'
  const weaknesses: readonly [isWeak: boolean, text: string][] = [
    [
      isProcess && !node.guardsNetwork,
      `only JavaScript closes the network to plugins that were not granted it, for Node.js ${node.version} cannot; Node.js 26, the mode "sandbox" or a firewall can`,
    ],
    [
      isProcess && isRoot && users === null,
      'plugins run as root, for setpriv cannot give them users of their own here',
    ],
    [
      isProcess && !isRoot,
      'plugins run as the user of the host, so that only Node.js keeps them from its files and processes; a host that root starts gives each a user of its own',
    ],
    [
      setprivPath === null,
      'nothing ends the processes of plugins that hang when the host is killed, for there is no setpriv',
    ],
    [
      prlimitPath === null,
      'only the watchdog bounds what plugins hold in buffers, for there is no prlimit',
    ],
    [
      !isProcess && cgroup === null,
      'no control group bounds the memory and the processes of a sandbox as a whole, for none of version 2 is delegated to the host',
    ],
  ]
  return weaknesses.filter(([isWeak]) => isWeak).map(([, text]) => text)
}
