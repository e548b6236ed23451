// A process of its own, because of what probes do to their host. Each line of its input is a probe
// and its targets; what came of it, it says on 3.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, readManifest } from '../../src/index.ts'
import { probeLaunchEnvironment } from '../../src/launch/launch-environment.ts'
import { planLaunch } from '../../src/launch/plan-launch.ts'
import { readPathsOf } from '../../src/launch/read-paths.ts'

type Run = (probe: string, targets: object) => Promise<unknown>

const [mode = '', nodePath = ''] = process.argv.slice(2)
const manifest = await readManifest(join(import.meta.dirname, 'probe'))
// It ends with its input, which is with this process.
const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
  stdio: ['pipe', 'ignore', 'ignore'],
})
const run = mode === 'inline' ? inline() : await launched(mode as 'process' | 'sandbox')

// What the host itself prints belongs to nobody.
const answers = new Socket({ fd: 3, readable: false, writable: true })
for await (const line of createInterface({ input: process.stdin })) {
  const [probe, targets] = JSON.parse(line) as [string, object]
  const pids = { hostPid: process.pid, otherPid: other.pid }
  answers.write(`${JSON.stringify(await run(probe, { ...targets, ...pids }))}\n`)
}
process.exit()

function inline(): Run {
  const host = createHost({ driver: createMemoryDriver(), plugins: [manifest], mode: 'inline' })
  const workspace = parseWorkspaceId('w')
  return async (tool, targets) => {
    const call = { workspace, plugin: manifest.id, tool, parameters: { ...targets } }
    for await (const message of host.invokeTool(call)) {
      if (message.type === 'json') return message.value
    }
    return null
  }
}

async function launched(as: 'process' | 'sandbox'): Promise<Run> {
  const guestFolder = join(import.meta.dirname, '../../src/guest')
  const plan = planLaunch(
    {
      mode: as,
      nodePath,
      guestPath: join(manifest.directory, 'guest.ts'),
      readPaths: [...(await readPathsOf(manifest)), guestFolder],
      network: false,
      addons: false,
      memoryBytes: 268_435_456,
      slot: 0,
    },
    await probeLaunchEnvironment(nodePath),
  )
  const child = spawn(plan.command, plan.args, {
    env: plan.env,
    cwd: plan.cwd,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  child.on('exit', () => process.exit(1))
  const wire = child.stdio[3] as Duplex
  const lines = createInterface({ input: wire })
  return async (probe, targets) => {
    wire.write(`${JSON.stringify([probe, targets])}\n`)
    const [answer] = (await once(lines, 'line')) as [string]
    return JSON.parse(answer) as unknown
  }
}
