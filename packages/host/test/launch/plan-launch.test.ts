import { describe, expect, it } from 'vitest'
import type { LaunchRequest } from '../../src/launch/launch-plan.ts'
import { planLaunch } from '../../src/launch/plan-launch.ts'
import { weaknessesOf } from '../../src/launch/weaknesses-of.ts'
import { fakeEnvironment } from './fake-environment.ts'

const request: LaunchRequest = {
  mode: 'process',
  nodePath: '/node',
  guestPath: '/host/guest.cjs',
  readPaths: ['/plugin'],
  network: false,
  addons: false,
  memoryBytes: 268_435_456,
  slot: 7,
}

describe('planLaunch', () => {
  it('gives each slot a user of its own where root starts the host', () => {
    const { command, args } = planLaunch(request, fakeEnvironment)

    expect(command).toBe('/usr/bin/setpriv')
    expect(args.slice(0, 4)).toEqual(['--reuid', '1900000007', '--regid', '1900000007'])
    expect(args).toContain('--no-new-privs')
  })

  it('starts with an empty environment in the root folder', () => {
    expect(planLaunch(request, fakeEnvironment)).toMatchObject({ env: {}, cwd: '/' })
  })

  it('permits to read the guest and what is asked for, and nothing else', () => {
    const { args } = planLaunch(request, fakeEnvironment)

    expect(args.filter((arg) => arg.startsWith('--allow'))).toEqual([
      '--allow-fs-read=/host/guest.cjs',
      '--allow-fs-read=/plugin',
    ])
  })

  it('permits addons and the network where they are granted', () => {
    const granted = planLaunch({ ...request, network: true, addons: true }, fakeEnvironment)

    expect(granted.args).toEqual(expect.arrayContaining(['--allow-net', '--allow-addons']))
    expect(granted.args).not.toContain('--no-addons')
  })

  it('names no flag that Node 24 does not know', () => {
    const node = { ...fakeEnvironment.node, guardsNetwork: false, hasForeignFunctions: false }
    const { args } = planLaunch({ ...request, network: true }, { ...fakeEnvironment, node })

    expect(args).not.toContain('--allow-net')
    expect(args).not.toContain('--no-experimental-ffi')
  })

  it('leaves out what the machine does not have', () => {
    const bare = { ...fakeEnvironment, setprivPath: null, prlimitPath: null, users: null }

    expect(planLaunch(request, bare)).toMatchObject({ command: '/node' })
  })

  it('shows a sandbox nothing but what Node and the plugin need', () => {
    const { args } = planLaunch({ ...request, mode: 'sandbox' }, fakeEnvironment)
    const bound = args.flatMap((arg, index) => (arg === '--ro-bind' ? [args[index + 1]] : []))

    expect(bound).toEqual(['/node', '/lib/libc.so', '/host/guest.cjs', '/plugin'])
    expect(args).toContain('--unshare-all')
    expect(args).not.toContain('--share-net')
  })

  it('enters a control group before all else', () => {
    const { command, args } = planLaunch({ ...request, cgroup: '/group' }, fakeEnvironment)

    expect(command).toBe('/bin/sh')
    expect(args[2]).toBe('/group')
    expect(args[3]).toBe('/usr/bin/setpriv')
  })

  it('refuses a path that Node would take for a pattern', () => {
    const pattern = { ...request, readPaths: ['/plugins/st*r'] }

    expect(() => planLaunch(pattern, fakeEnvironment)).toThrow(
      expect.objectContaining({ code: 'PLUGIN_LOAD_FAILED' }),
    )
  })

  it('refuses a sandbox where none works, and says what to do', () => {
    const sandbox = { reason: 'bwrap: Creating new namespace failed: Operation not permitted' }
    const plan = () => planLaunch({ ...request, mode: 'sandbox' }, { ...fakeEnvironment, sandbox })

    expect(plan).toThrow(expect.objectContaining({ code: 'SANDBOX_UNAVAILABLE' }))
    expect(plan).toThrow('user.max_user_namespaces')
  })
})

describe('weaknessesOf', () => {
  it('has nothing to say where nothing is missing', () => {
    expect(weaknessesOf(fakeEnvironment, 'process')).toEqual([])
    expect(weaknessesOf(fakeEnvironment, 'sandbox')).toEqual([])
  })

  it('names Node 24 for the network in the mode process, and not in a sandbox', () => {
    const node = { ...fakeEnvironment.node, version: 'v24.1.0', guardsNetwork: false }
    const environment = { ...fakeEnvironment, node }

    expect(weaknessesOf(environment, 'process')).toEqual([expect.stringContaining('v24.1.0')])
    expect(weaknessesOf(environment, 'sandbox')).toEqual([])
  })

  it('names each tool that is missing', () => {
    const bare = { ...fakeEnvironment, setprivPath: null, prlimitPath: null, users: null }

    expect(weaknessesOf(bare, 'process').join()).toMatch(/root.*setpriv.*prlimit/s)
    expect(weaknessesOf({ ...bare, isRoot: false, cgroup: null }, 'sandbox').join()).toContain(
      'control group',
    )
  })
})
