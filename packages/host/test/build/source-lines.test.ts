import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { build, makeSource, runBuilt } from './built-plugin.ts'

function makePlugin(start = ''): Promise<string> {
  return makeSource({
    'index.ts': `${start}import { fail } from './lib/fail.ts'\nexport default { fail }`,
    'lib/fail.ts': [
      'interface Milk {',
      '  readonly days: number',
      '}',
      'export function fail(milk?: Milk): void {',
      '  throw new Error(`sour after ${milk?.days}`)',
      '}',
    ].join('\n'),
  })
}

test.each([{}, { minify: true }])(
  'the traces of a script lead to the files of its author, built with %j',
  async (options) => {
    const source = await makePlugin()
    const { stack } = await runBuilt(await build(source, options))

    expect(stack).toMatch(/^Error: sour after undefined\n/)
    expect(stack).toContain(`(${source}/lib/fail.ts:5:9)`)
    expect(stack).not.toContain('plugin.cjs')
  },
)

test('the traces of a script without its source map stay as they are', async () => {
  const source = await makePlugin()
  const built = await build(source)
  await rm(`${built.manifest.entryPath}.map`)

  expect((await runBuilt(built)).stack).toMatch(/\/dist\/plugin\.cjs:\d+:\d+\)\n/)
})

test.each([
  ['script', ''],
  ['module', 'await 1\n'],
])('Node.js finds the source map of a %s that it loads itself', async (_format, start) => {
  const source = await makePlugin(start)
  const { manifest } = await build(source)
  const code = `const { default: plugin } = await import(${JSON.stringify(manifest.entryPath)})
try { plugin.fail() } catch (error) { process.stdout.write(error.stack) }`
  const flags = ['--enable-source-maps', '--input-type=module', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, flags)

  expect(stdout).toContain(join(source, 'lib/fail.ts:5:9'))
})
