import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { desk, makeFolder, run } from './holdfast.ts'

/** A plugin in a folder of its own, with nothing around it. */
async function makePlugin(code: string): Promise<string> {
  const folder = join(await makeFolder(), 'notes')
  const holdfast = { id: 'notes', entry: './index.ts' }
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', holdfast }))
  await writeFile(join(folder, 'index.ts'), code)
  return folder
}

describe('holdfast build', () => {
  test('builds a plugin that runs elsewhere, with nothing beside it', async () => {
    const folder = await makeFolder()
    const { code, stdout, stderr } = await run(['build', desk, '--out-dir', 'built'], {
      cwd: folder,
    })

    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^Built desk 1\.0\.0 in \/.*\/built\n {2}package\.json +\d+ bytes\n {2}plugin\.cache +\d+ bytes\n {2}plugin\.cjs +\d+ bytes\n {2}plugin\.cjs\.map +\d+ bytes\n$/,
    )
    await cp(join(folder, 'built'), join(folder, 'elsewhere'), { recursive: true })
    const args = ['run', 'elsewhere', 'increment', '--input', '{ "by": 2 }', '--store', 'memory:']
    expect(await run([...args, '--json'], { cwd: folder })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2'),
    })
  })

  test('writes into the folder dist of the plugin if nothing is said', async () => {
    const plugin = await makePlugin('export default await {}')
    const { stdout } = await run(['build', plugin])

    expect(stdout).toContain('It is a module, because the code awaits at its top level.')
    expect((await readdir(join(plugin, 'dist'))).toSorted()).toEqual([
      'package.json',
      'plugin.mjs',
      'plugin.mjs.map',
    ])
  })

  test('tells the same to programs', async () => {
    const plugin = await makePlugin("throw new Error('sour')\nexport default {}")
    const { stdout, stderr } = await run(['build', plugin, '--json', '--minify'])

    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'notes',
      version: '0.0.0',
      directory: join(plugin, 'dist'),
      bundle: { format: 'script', addons: false },
      files: expect.arrayContaining([{ name: 'plugin.cjs', bytes: expect.any(Number) }]),
      warnings: [expect.stringContaining('Error: sour')],
    })
  })

  test('keeps the lines of the author in what the plugin logs', async () => {
    const session = fileURLToPath(import.meta.resolve('@holdfast/session'))
    const plugin = await makePlugin(
      [
        `import { definePlugin, Tool } from ${JSON.stringify(session)}`,
        '',
        'class Complain extends Tool {',
        '  async invoke() {',
        "    console.error(new Error('sour'))",
        '  }',
        '}',
        'export default definePlugin({ tools: { complain: Complain } })',
      ].join('\n'),
    )
    await run(['build', plugin])
    const dist = join(plugin, 'dist')
    const { stderr } = await run(['run', dist, 'complain', '--store', 'memory:'])

    expect(stderr).toContain(`Complain.invoke (${plugin}/index.ts:5:19)`)
  })

  test('says where code is wrong, and writes nothing', async () => {
    const plugin = await makePlugin("import './nope.ts'\nexport default {}")

    expect(await run(['build', plugin])).toEqual({
      code: 2,
      stdout: '',
      stderr: `holdfast: BUILD_FAILED: The plugin "notes" cannot be built: index.ts:1:8: Could not resolve "./nope.ts". 1 | import './nope.ts'\n`,
    })
    expect((await readdir(plugin)).toSorted()).toEqual(['index.ts', 'package.json'])
  })
})
