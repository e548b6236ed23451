import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { build, makeSource } from './built-plugin.ts'

describe('a plugin cannot be built, and it is said where,', () => {
  test.each([
    [
      'with code that does not parse',
      { 'index.ts': 'export default {}\nlet let = 1' },
      /^The plugin "notes" cannot be built: index\.ts:2:5: "let" is a reserved word [^\n]*\n {2}2 \| let let = 1\n/,
      { file: 'index.ts', line: 2, column: 5 },
    ],
    [
      'with an import of what is not there',
      {
        'index.ts': "import './lib/other.ts'\nexport default {}",
        'lib/other.ts': "\nimport 'no-such'",
      },
      /: lib\/other\.ts:2:8: Could not resolve "no-such"\.\n {2}2 \| import 'no-such'$/,
      { file: 'lib/other.ts', line: 2, column: 8 },
    ],
    [
      'with a name that a module does not export',
      {
        'index.ts': "import { nope } from './other.ts'\nexport default nope",
        'other.ts': 'export {}',
      },
      /: index\.ts:1:10: No matching export in "other\.ts" for import "nope"\./,
      { file: 'index.ts', line: 1, column: 10 },
    ],
    [
      'that awaits at its top level and has a mistake besides',
      { 'index.ts': "await 1\nimport 'no-such'\nexport default {}" },
      /cannot be built: index\.ts:2:8: Could not resolve "no-such"\.\n[^\n]*$/,
      { file: 'index.ts', line: 2 },
    ],
    [
      'without a default export',
      { 'index.ts': 'export const a = 1' },
      /cannot be built: No matching export in "index\.ts" for import "default"\.$/,
      { plugin: 'notes' },
    ],
  ])('%s', async (_what, files, message, context) => {
    const source = await makeSource(files)

    await expect(build(source)).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringMatching(message),
      context,
    })
    expect(await readdir(source)).not.toContain('dist')
  })

  test('with more mistakes than anybody wants to read at once', async () => {
    const imports = Array.from({ length: 12 }, (_, index) => `import 'no-such-${index}'`)
    const source = await makeSource({ 'index.ts': imports.join('\n') + '\nexport default {}' })

    await expect(build(source)).rejects.toThrow(/no-such-9"[^]*\nAnd 2 more\.$/)
  })
})

describe('a build that fails', () => {
  test('leaves the output of the one before, and nothing else', async () => {
    const source = await makeSource({ 'index.ts': 'export default { first: true }' })
    const { manifest } = await build(source)
    const before = await readFile(manifest.entryPath, 'utf8')
    await writeFile(join(source, 'index.ts'), 'export default {')

    await expect(build(source)).rejects.toMatchObject({ code: 'BUILD_FAILED' })
    expect(await readFile(manifest.entryPath, 'utf8')).toBe(before)
    expect((await readdir(source)).toSorted()).toEqual(['dist', 'index.ts', 'package.json'])
  })

  test('for a wrong manifest has looked at no code', async () => {
    const source = await makeSource({ 'index.ts': 'export default {' })
    await writeFile(join(source, 'package.json'), '{ "holdfast": { "id": "notes" } }')

    await expect(build(source)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
  })
})

describe('a build writes over nothing', () => {
  test('that no build made', async () => {
    const source = await makeSource({ 'index.ts': 'export default {}', 'dist/thesis.txt': 'Long.' })

    await expect(build(source)).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('holds what "holdfast build" did not make'),
    })
    expect(await readdir(join(source, 'dist'))).toEqual(['thesis.txt'])
  })

  test('that is a plugin as its author wrote it', async () => {
    const source = await makeSource({ 'index.ts': 'export default {}' })
    const other = await makeSource({ 'index.ts': 'export default {}' })

    await expect(build(source, { outputDirectory: other })).rejects.toThrow(/did not make/)
  })

  test.each([
    ['the folder of the plugin', '.'],
    ['a folder around it', '..'],
    ['the folder of its entry', 'src'],
  ])('that it is built from: %s', async (_what, output) => {
    const source = await makeSource({ 'src/index.ts': 'export default {}' })
    const holdfast = { id: 'notes', entry: './src/index.ts' }
    await writeFile(join(source, 'package.json'), JSON.stringify({ holdfast }))

    await expect(build(source, { outputDirectory: join(source, output) })).rejects.toThrow(
      /holds what it is built from/,
    )
  })

  test('and makes an empty folder into the plugin', async () => {
    const source = await makeSource({ 'index.ts': 'export default {}' })
    await mkdir(join(source, 'dist'))

    expect((await build(source)).manifest.directory).toBe(join(source, 'dist'))
  })
})

test('a built plugin is not built again', async () => {
  const source = await makeSource({ 'index.ts': 'export default {}' })
  const { manifest } = await build(source)

  await expect(build(manifest.directory)).rejects.toThrow(/is built already/)
})
