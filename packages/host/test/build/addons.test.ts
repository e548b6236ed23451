import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { build, importBuilt, makeSource } from './built-plugin.ts'

// No build ever loads one: the code here asks for its addon only when it is called.
const addon = 'not really an addon'

const byPath = {
  'index.ts': "import { load } from './lib/fast.cjs'\nexport default { load }",
  'lib/fast.cjs': "\nexports.load = () => require('./fast.node')",
  'lib/fast.node': addon,
}

const platform = `${process.platform}-${process.arch}`

const byFinder = {
  'index.ts': "import fast from 'fast'\nexport default fast",
  'node_modules/fast/package.json': '{ "name": "fast", "main": "index.js" }',
  'node_modules/fast/index.js': "exports.load = () => require('node-gyp-build')(__dirname)",
  [`node_modules/fast/prebuilds/${platform}/fast.node`]: addon,
  'node_modules/fast/prebuilds/other-arm/fast.node': addon,
  'node_modules/fast/build/Release/fast.node': addon,
  'node_modules/node-gyp-build/package.json': '{ "name": "node-gyp-build", "main": "index.js" }',
  'node_modules/node-gyp-build/index.js': 'module.exports = (path) => path',
}

const asPackage = {
  'index.ts': "import fast from 'fast'\nexport default fast",
  'node_modules/fast/package.json': '{ "name": "fast", "main": "fast.node" }',
  'node_modules/fast/fast.node': addon,
}

describe('a plugin with a native addon is refused, and who imports it is named,', () => {
  test.each([
    [
      'by its path',
      byPath,
      /: lib\/fast\.cjs:2:\d+: This needs a native addon, lib\/fast\.node, .*--allow-addons/,
    ],
    [
      'as a package',
      asPackage,
      /: index\.ts:1:\d+: This needs a native addon, node_modules\/fast\/fast\.node,/,
    ],
    [
      'found at run time',
      byFinder,
      /: node_modules\/fast\/index\.js:1:\d+: This needs a native addon, what node-gyp-build finds,/,
    ],
  ])('%s', async (_what, files, message) => {
    const source = await makeSource(files)

    await expect(build(source)).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringMatching(message),
    })
  })

  test('and always where the addon is looked for around its importer', async () => {
    const source = await makeSource({
      'index.ts': "import fast from 'fast'\nexport default fast",
      'node_modules/fast/package.json': '{ "name": "fast", "main": "index.js" }',
      'node_modules/fast/index.js': "module.exports = require('bindings')('fast')",
    })
    await expect(build(source, { allowAddons: true })).rejects.toThrow(
      /fast\/index\.js:1:\d+: bindings looks for its addon around .*cannot be bundled/,
    )
  })
})

describe('a plugin whose native addon is allowed has it beside the bundle', () => {
  test('by its path', async () => {
    const source = await makeSource(byPath)
    const { manifest } = await build(source, { allowAddons: true })

    expect(manifest.bundle?.addons).toBe(true)
    const [name = ''] = (await readdir(manifest.directory)).filter((file) => file.endsWith('.node'))
    expect(await readFile(join(manifest.directory, name), 'utf8')).toBe(addon)
    expect(await readFile(manifest.entryPath, 'utf8')).toContain(`require("./${name}")`)
  })

  test('found at run time, for this platform', async () => {
    const source = await makeSource(byFinder)
    const built = await build(source, { allowAddons: true })
    const { manifest, files } = built

    expect(manifest.bundle?.addons).toBe(true)
    const names = files.map(({ name }) => name).filter((name) => name.endsWith('.node'))
    expect(names).toEqual([`prebuilds/${platform}/fast.node`, 'build/Release/fast.node'])
    // What finds it is told to look beside the bundle.
    expect(await importBuilt(built, '.load()')).toBe(manifest.directory)
  })
})
