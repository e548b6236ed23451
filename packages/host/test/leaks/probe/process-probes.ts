import { once } from 'node:events'
import type { Probe } from './probe.ts'

interface ProcessInternals {
  readonly binding: (name: string) => object
  readonly ['_debugProcess']: (pid: number) => void
}

const internals = process as unknown as ProcessInternals

/** Leaks by way of other processes, and of what the system offers one. */
export const processProbes: Readonly<Record<string, Probe>> = {
  // Signal 0 finds out what others would do.
  signalToHost: ({ hostPid }) => process.kill(hostPid, 0),
  signalToOther: ({ otherPid }) => process.kill(otherPid, 0),
  priorityOfOther: ({ otherPid }) => {
    const os = process.getBuiltinModule('node:os')
    os.setPriority(otherPid, os.getPriority(otherPid))
    return 'os.setPriority'
  },
  ownInspector: () => {
    const inspector = process.getBuiltinModule('node:inspector')
    inspector.open(0)
    const url = inspector.url() ?? null
    inspector.close()
    return url
  },
  inspectorSession: () => {
    const { Session } = process.getBuiltinModule('node:inspector')
    const session = new Session()
    session.connect()
    session.disconnect()
    return 'Session'
  },
  inspectorOfHost: ({ hostPid }) => {
    internals['_debugProcess'](hostPid)
    return 'SIGUSR1'
  },
  childProcess: () => {
    const { status } = process
      .getBuiltinModule('node:child_process')
      .spawnSync(process.execPath, ['-e', '0'])
    return status === 0 ? 'spawnSync' : null
  },
  worker: async () => {
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const worker = new Worker('', { eval: true })
    await once(worker, 'exit')
    return 'Worker'
  },
  wasi: () => {
    const { WASI } = process.getBuiltinModule('node:wasi')
    return Object.keys(new WASI({ version: 'preview1', preopens: { '/': '/' } }))
  },
  bindingOfFiles: () => Object.keys(internals.binding('fs')).length,
  bindingOfProcesses: () => Object.keys(internals.binding('spawn_sync')).length,
  addon: ({ addon }) => {
    process.dlopen({ exports: {} }, addon)
    return 'process.dlopen'
  },
  foreignFunctions: () => {
    const ffi = process.getBuiltinModule('node:ffi' as 'node:os') as unknown as {
      readonly dlopen: (path: null, functions: object) => object
    }
    return Object.keys(ffi.dlopen(null, { getpid: { arguments: [], return: 'i32' } }))
  },
  engineFlags: () => {
    process.getBuiltinModule('node:v8').setFlagsFromString('--no-opt')
    process.getBuiltinModule('node:v8').setFlagsFromString('--opt')
    return 'v8.setFlagsFromString'
  },
}
