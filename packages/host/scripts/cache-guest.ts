import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePluginId, parseWorkspaceId, type StorageDriver } from '@holdfast/core'
import { grantsOf } from '../src/grants/grants-of.ts'
import { defaultPluginLimits } from '../src/manifest/default-plugin-limits.ts'
import type { PluginManifest } from '../src/manifest/plugin-manifest.ts'
import { encodeParameters } from '../src/process/orders.ts'
import { PluginProcess } from '../src/process/plugin-process.ts'

/** A plugin that the runtime is tried with, so that the cache has what any plugin needs of it. */
const pluginText = `
module.exports = {
  '~holdfast': 'plugin/v1',
  tools: new Map([['empty', Object.assign(class {
    '~bind'() {}
    async invoke() {}
  }, { '~holdfast': 'tool/v1', description: '', parameters: null, idempotent: false })]]),
  routes: [],
}`

/** Runs the runtime and writes V8's code cache of it as it ends. */
const entryText = `
const { readFileSync, writeFileSync } = require('node:fs')
const { Script, constants } = require('node:vm')
const { createRequire } = require('node:module')
const [, filename, cachePath] = process.argv
const head = '(function (exports, require, module, __filename, __dirname) {'
const script = new Script(head + readFileSync(filename, 'utf8') + '\\n})', {
  filename,
  columnOffset: -head.length,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
})
process.on('exit', () => writeFileSync(cachePath, script.createCachedData()))
const module_ = { exports: {} }
script.runInThisContext().call(module_.exports, module_.exports, createRequire(filename), module_, filename, __dirname)
`

/**
 * Makes V8's code cache of the runtime in plugins' processes, for the Node.js that runs this: it is
 * run with a small plugin, so that the cache holds the functions that are needed to begin.
 *
 * @param runtimePath the script, absolute
 * @param driver open, of a store that nothing is kept in
 */
export async function cacheGuest(runtimePath: string, driver: StorageDriver): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-cache-'))
  try {
    const entryPath = join(folder, 'plugin.cjs')
    const cachePath = join(folder, 'runtime.cache')
    await writeFile(entryPath, pluginText)
    const args = ['--no-warnings', '--eval', entryText, runtimePath, cachePath]
    const child = spawn(process.execPath, args, {
      env: {},
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const guest = new PluginProcess(child, driver)
    const manifest = makeManifest(folder, entryPath)
    await guest.load(
      {
        manifest,
        grants: grantsOf(manifest),
        onLog: () => undefined,
      },
      10_000,
    )
    const scope = { workspace: parseWorkspaceId('cache'), plugin: parsePluginId('cache') }
    const tool = guest.invokeTool({
      invocationId: 'cache',
      attempt: 1,
      served: { scope, quota: { maxBytes: 0 } },
      tool: 'empty',
      parameters: encodeParameters({}),
    })
    await tool.next()
    await guest.leave(10_000)
    return await readFile(cachePath)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function makeManifest(directory: string, entryPath: string): PluginManifest {
  return {
    id: parsePluginId('cache'),
    version: '0.0.0',
    directory,
    entryPath,
    quotaBytes: 0,
    endpoints: {},
    settings: {},
    permissions: { network: false, environment: [] },
    limits: defaultPluginLimits,
    bundle: { format: 'script', cachePath: null, addons: false },
  }
}
