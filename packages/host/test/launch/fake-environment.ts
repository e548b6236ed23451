import type { LaunchEnvironment } from '../../src/launch/launch-environment.ts'

/** An environment with everything in it, on whatever machine the test runs. */
export const fakeEnvironment: LaunchEnvironment = {
  node: { path: '/node', version: 'v26.0.0', guardsNetwork: true, hasForeignFunctions: true },
  conditions: [],
  isRoot: true,
  setprivPath: '/usr/bin/setpriv',
  prlimitPath: '/usr/bin/prlimit',
  users: { first: 1_900_000_000, count: 1_000 },
  sandbox: {
    bwrapPath: '/usr/bin/bwrap',
    prlimitPath: '/usr/bin/prlimit',
    libraries: ['/node', '/lib/libc.so'],
    canForbidNesting: true,
  },
  cgroup: '/sys/fs/cgroup/host',
}
