import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../src/index.ts'
import { build, importBuilt, makeSource, runBuilt } from './built-plugin.ts'

describe('a built plugin', () => {
  test('is one script with its source map, code cache and manifest', async () => {
    const source = await makeSource({
      'index.ts':
        "import { two } from './lib/two.ts'\nimport names from './names.json' with { type: 'json' }\nexport default { two, names } satisfies object",
      'lib/two.ts': 'export const two: number = 2',
      'names.json': '["milk"]',
      'data.txt': 'It is not taken along.',
    })
    const built = await build(source)

    expect(built.manifest).toMatchObject({
      id: 'notes',
      version: '1.2.3',
      directory: join(source, 'dist'),
      entryPath: join(source, 'dist/plugin.cjs'),
      bundle: { format: 'script', cachePath: join(source, 'dist/plugin.cache'), addons: false },
    })
    expect(built.warnings).toEqual([])
    const names = ['package.json', 'plugin.cache', 'plugin.cjs', 'plugin.cjs.map']
    expect(built.files.map(({ name }) => name).toSorted()).toEqual(names)
    expect((await readdir(join(source, 'dist'))).toSorted()).toEqual(names)
    expect(JSON.parse(await readFile(join(source, 'dist/package.json'), 'utf8'))).toEqual({
      name: 'notes',
      version: '1.2.3',
      holdfast: {
        id: 'notes',
        entry: './plugin.cjs',
        bundle: { format: 'script', cache: './plugin.cache', addons: false },
      },
    })
    expect(await importBuilt(built)).toEqual({ two: 2, names: ['milk'] })
    expect(await runBuilt(built)).toMatchObject({ exported: { two: 2, names: ['milk'] } })
  })

  test('knows the place of the built file, and may have names of its own for it', async () => {
    const source = await makeSource({
      'index.ts': [
        "import { dirname } from 'node:path'",
        "import { createRequire } from 'node:module'",
        "import { old } from './old.cjs'",
        'const require = createRequire(import.meta.url)',
        "const __dirname = dirname('/own/name')",
        'const { url, dirname: folder, filename } = import.meta',
        "export default { url: import.meta.url, folder: import.meta.dirname, file: import.meta.filename, __dirname, old, read: typeof require('node:fs').readFileSync }",
      ].join('\n'),
      'old.cjs': "exports.old = __dirname + typeof require('node:os').EOL",
    })
    const built = await build(source)
    const { entryPath, directory } = built.manifest
    const places = {
      url: pathToFileURL(entryPath).href,
      folder: directory,
      file: entryPath,
      __dirname: '/own',
      old: `${directory}string`,
      read: 'function',
    }

    expect((await runBuilt(built)).exported).toEqual(places)
    expect(await importBuilt(built)).toEqual(places)
  })

  test('may have been written as CommonJS, as it may for Node', async () => {
    const source = await makeSource({
      'index.ts': "import plugin from './plugin.cjs'\nexport default plugin",
      'plugin.cjs': "module.exports = { name: require('./name.cjs') }",
      'name.cjs': "module.exports = 'milk'",
    })
    expect((await runBuilt(await build(source))).exported).toEqual({ name: 'milk' })
  })

  test('is a module where its code awaits at its top level', async () => {
    const source = await makeSource({
      'index.ts': [
        "import { join } from './old.cjs'",
        "const __dirname = await Promise.resolve('own')",
        "const require = await Promise.resolve('own, too')",
        'export default { __dirname, require, url: import.meta.url, joined: join() }',
      ].join('\n'),
      'old.cjs': "exports.join = () => require('node:path').join(__dirname, 'a')",
    })
    const built = await build(source)
    const { manifest } = built

    expect(manifest).toMatchObject({
      entryPath: join(source, 'dist/plugin.mjs'),
      bundle: { format: 'module', cachePath: null, addons: false },
    })
    expect(await importBuilt(built)).toEqual({
      __dirname: 'own',
      require: 'own, too',
      url: pathToFileURL(manifest.entryPath).href,
      joined: join(source, 'dist/a'),
    })
    const text = await readFile(manifest.entryPath, 'utf8')
    expect(text).toContain('//# sourceMappingURL=plugin.mjs.map')
  })

  test('is in ASCII, so that V8 holds a byte for each character, with licences beside it', async () => {
    const source = await makeSource({
      'index.ts':
        "/*! © Müller */\n// Käse\nexport default { name: 'Käse 猫', /* Milch für */ a: 1 }",
    })
    const built = await build(source)

    expect(await readFile(built.manifest.entryPath, 'latin1')).toMatch(/^[\0-\x7f]+$/)
    expect(await importBuilt(built)).toEqual({ name: 'Käse 猫', a: 1 })
    expect(await readFile(join(source, 'dist/plugin.cjs.LEGAL.txt'), 'utf8')).toContain('© Müller')
  })

  test('is shorter when it is minified, with its names kept', async () => {
    const source = await makeSource({
      'index.ts':
        'class Remember {}\nconst long = (argument: number) => argument + 1\nexport default { name: Remember.name, sum: long(1) }',
    })
    const plain = await build(source)
    const short = await build(source, { minify: true, outputDirectory: join(source, 'short') })

    expect((await runBuilt(short)).exported).toEqual({ name: 'Remember', sum: 2 })
    const sizes = [plain, short].map(({ files }) => files.find(({ name }) => name === 'plugin.cjs'))
    expect(sizes[1]?.bytes).toBeLessThan(sizes[0]?.bytes ?? 0)
  })

  test('takes the place of an earlier one, whole', async () => {
    const source = await makeSource({ 'index.ts': 'export default await { first: true }' })
    await build(source)
    await writeFile(join(source, 'index.ts'), 'export default { second: true }')
    await build(source)

    expect(await readdir(join(source, 'dist'))).not.toContain('plugin.mjs')
    expect(await readManifest(join(source, 'dist'))).toMatchObject({ bundle: { format: 'script' } })
    expect((await readdir(source)).toSorted()).toEqual(['dist', 'index.ts', 'package.json'])
  })
})

describe('the code of a plugin that is built', () => {
  test('runs without environment, files, network and processes, and what fails then is told', async () => {
    const source = await makeSource({
      'index.ts': [
        "import { readFileSync } from 'node:fs'",
        "import { spawnSync } from 'node:child_process'",
        'const codes = [() => readFileSync(import.meta.dirname), () => readFileSync("/etc/hosts"), () => spawnSync("true")].map((attempt) => {',
        '  try { attempt() } catch (error) { return (error as NodeJS.ErrnoException).code }',
        '})',
        'if (Object.keys(process.env).length === 0) throw new Error(`sour milk: ${codes.join()}`)',
        'export default { fine: true }',
      ].join('\n'),
    })
    const built = await build(source)

    expect(built.warnings).toEqual([
      expect.stringMatching(
        /^Loading the plugin failed .*Error: sour milk: ERR_ACCESS_DENIED,ERR_ACCESS_DENIED,ERR_ACCESS_DENIED$/,
      ),
    ])
    // What was compiled until then is of use.
    expect(await runBuilt(built)).toMatchObject({
      cachedDataRejected: false,
      exported: { fine: true },
    })
  })

  test('may end its process, and is then built without a code cache', async () => {
    const source = await makeSource({ 'index.ts': 'process.exit(3)\nexport default {}' })
    const built = await build(source)

    expect(built.manifest.bundle).toEqual({ format: 'script', cachePath: null, addons: false })
    expect(built.warnings).toEqual([expect.stringContaining('its process ended with 3.')])
  })

  test('may leave timers and print what it likes', async () => {
    const source = await makeSource({
      'index.ts':
        "setInterval(() => undefined, 1000)\nconsole.log('milk')\nconsole.error('sour')\nexport default {}",
    })
    expect(await build(source)).toMatchObject({
      warnings: [],
      manifest: { bundle: { cachePath: join(source, 'dist/plugin.cache') } },
    })
  })
})
