import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { expect, test, vi } from 'vitest'
import { createHost, readManifest } from '../../src/index.ts'
import { barePlugin } from '../bare-plugin.ts'
import { makeFolder } from '../plugin-folder.ts'

/** A plugin that leaves a heap behind it, and stands in the way of all that could collect that. */
const code = barePlugin(
  "objects = null; yield message(process.pid + ' ' + found)",
  `
const vm = require('node:vm')
let found = 'nothing'
for (const name of ['runInNewContext', 'runInContext']) {
  const original = vm.Script.prototype[name]
  vm.Script.prototype[name] = function (...args) { found = 'a call'; return original.apply(this, args) }
}
globalThis.setTimeout = () => 1
Object.defineProperty(Object.prototype, 'flavor', { get() { found = 'an option' } })
let objects = Array.from({ length: 131_072 }, (_, index) => ({ text: String(index).repeat(8) }))
`,
)

test.runIf(process.platform === 'linux')(
  'an idle process gives back memory by what its plugin cannot get hold of',
  async () => {
    const bundle = { format: 'script', cache: null, addons: false }
    const holdfast = { id: 'hoarder', entry: './plugin.cjs', bundle }
    const folder = await makeFolder({
      'package.json': JSON.stringify({ version: '1.0.0', holdfast }),
      'plugin.cjs': code,
    })
    await using driver = createMemoryDriver()
    await driver.open()
    await using host = createHost({ driver, plugins: [await readManifest(folder)] })
    const call = { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('hoarder') }
    const say = async (): Promise<string> => {
      const [message] = await Array.fromAsync(
        host.invokeTool({ ...call, tool: 'say', parameters: {} }),
      )
      return message?.type === 'text' ? message.text : ''
    }

    const [pid = '', before] = (await say()).split(/ (.*)/)
    const held = await residentBytes(pid)
    // V8 itself would keep it for as long as nothing is allocated.
    await vi.waitFor(async () => expect(await residentBytes(pid)).toBeLessThan(held - 4_194_304), {
      timeout: 20_000,
    })
    expect([before, await say()]).toEqual(['nothing', `${pid} nothing`])
  },
)

async function residentBytes(pid: string): Promise<number> {
  const status = await readFile(join('/proc', pid, 'status'), 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024
}
