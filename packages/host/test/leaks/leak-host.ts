// A process of its own, because of what probes do to their host. Each line of its input is a probe
// and its targets; what came of it, it says on 3.
import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type JsonValue, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, type HostMode, readManifest } from '../../src/index.ts'

const [mode, nodePath, granted] = process.argv.slice(2) as [HostMode, string, string?]
const probe = await readManifest(join(import.meta.dirname, 'probe'))
const permissions = { network: granted === 'network', environment: [] }
const manifest = { ...probe, permissions }
await using driver = createMemoryDriver()
await driver.open()
await using host = createHost({ driver, plugins: [manifest], mode, nodePath })

// It ends with its input, which is with this process.
const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
  stdio: ['pipe', 'ignore', 'ignore'],
})
const answers = new Socket({ fd: 3, readable: false, writable: true })
for await (const line of createInterface({ input: process.stdin })) {
  const [workspace, tool, parameters] = JSON.parse(line) as [string, string, object]
  const targets = { ...parameters, hostPid: process.pid, otherPid: other.pid }
  answers.write(`${JSON.stringify(await run(workspace, tool, targets))}\n`)
}
other.stdin.end()
answers.end()

async function run(workspace: string, tool: string, parameters: object): Promise<JsonValue> {
  const call = { workspace: parseWorkspaceId(workspace), plugin: manifest.id, tool }
  for await (const message of host.invokeTool({ ...call, parameters: { ...parameters } })) {
    if (message.type === 'json') return message.value
  }
  return null
}
