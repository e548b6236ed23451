import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { build, makeSource, runBuilt } from './built-plugin.ts'

const node26 = fileURLToPath(new URL('../../../../node_modules/node-26/bin/node', import.meta.url))

function makePlugin(): Promise<string> {
  return makeSource({
    'index.ts': [
      'const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one)',
      'export default { sum: sum([1, 2, 3]) }',
    ].join('\n'),
  })
}

describe('the code cache of a built plugin', () => {
  test.each([
    [[]],
    [['--max-old-space-size=64']],
    [['--max-old-space-size=2000', '--max-semi-space-size=8']],
    [['--max-heap-size=3000']],
    [['--permission', '--allow-fs-read=*', '--no-experimental-sqlite', '--disable-sigusr1']],
    [['--enable-source-maps', '--no-addons', '--disable-proto=delete']],
  ])('is taken by a process with the flags %j', async (flags) => {
    const built = await build(await makePlugin())

    expect(await runBuilt(built, { flags })).toMatchObject({
      cachedDataRejected: false,
      exported: { sum: 6 },
    })
  })

  test.each(['--stack-size=900', '--disallow-code-generation-from-strings'])(
    'is passed over, and the plugin runs, with the flag %s',
    async (flag) => {
      const built = await build(await makePlugin())

      expect(await runBuilt(built, { flags: [flag] })).toMatchObject({
        cachedDataRejected: true,
        exported: { sum: 6 },
      })
    },
  )

  test.skipIf(!existsSync(node26))(
    'is passed over, and the plugin runs, on another version of Node.js',
    async () => {
      const built = await build(await makePlugin())

      expect(await runBuilt(built, { nodePath: node26 })).toMatchObject({
        cachedDataRejected: true,
        exported: { sum: 6 },
      })
    },
  )
})
