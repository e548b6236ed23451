import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { expect, test, vi } from 'vitest'
import { createHost, readManifest } from '../../src/index.ts'
import { barePlugin } from '../bare-plugin.ts'
import { makeFolder } from '../plugin-folder.ts'

/** A plugin that sees when memory is collected, and stands in the way of all that could do it. */
const code = barePlugin(
  "held = null; yield message((weak.deref() ? 'held' : 'collected') + ', ' + found)",
  `
const vm = require('node:vm')
let found = 'nothing'
for (const name of ['runInNewContext', 'runInContext']) {
  const original = vm.Script.prototype[name]
  vm.Script.prototype[name] = function (...args) { found = 'a call'; return original.apply(this, args) }
}
globalThis.setTimeout = () => 1
Object.defineProperty(Object.prototype, 'flavor', { get() { found = 'an option' } })
let held = {}
const weak = new WeakRef(held)
`,
)

test('an idle process gives back memory by what its plugin cannot get hold of', async () => {
  const bundle = { format: 'script', cache: null, addons: false }
  const holdfast = { id: 'watchful', entry: './plugin.cjs', bundle }
  const folder = await makeFolder({
    'package.json': JSON.stringify({ version: '1.0.0', holdfast }),
    'plugin.cjs': code,
  })
  await using driver = createMemoryDriver()
  await driver.open()
  await using host = createHost({ driver, plugins: [await readManifest(folder)] })
  const call = { workspace: parseWorkspaceId('acme'), plugin: parsePluginId('watchful') }
  const say = (): Promise<unknown> =>
    Array.fromAsync(host.invokeTool({ ...call, tool: 'say', parameters: {} }))

  await say()
  // So little is no reason for V8 to collect it by itself. A call makes the process wait anew.
  await vi.waitFor(
    async () => expect(await say()).toMatchObject([{ text: 'collected, nothing' }]),
    { interval: 6_000, timeout: 25_000 },
  )
})
