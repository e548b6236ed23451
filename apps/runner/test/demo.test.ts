import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeFolder, run } from './holdfast.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

const plugins = ['preferences', 'conversation', 'vault', 'kv-cache', 'files', 'crawl']

test('the demo has a second process find in every plugin what the first has stored, and more in each run', async () => {
  const file = join(await makeFolder(), 'demo.db')
  const first = await run(['demo', '--file', file])

  expect(first).toMatchObject({ code: 0, stderr: '' })
  const processes = [...first.stdout.matchAll(/Run 1, process (\d+) (?:stores|finds):/g)]
  expect(new Set(processes.map(([, id]) => id)).size).toBe(2)
  for (const plugin of plugins) {
    expect(first.stdout.match(new RegExp(`^  ${plugin} +\\S`, 'gm'))).toHaveLength(2)
  }
  expect(first.stdout).toContain('1 message so far.')
  expect(first.stdout).toContain('this is use 1 of it')
  const [, look = ''] =
    /Look inside: npx -y pnpm@12 --silent holdfast (.+)$/m.exec(first.stdout) ?? []
  const seen = await run(look.split(' '), { cwd: repository })
  for (const plugin of plugins) expect(seen.stdout).toContain(` ${plugin} `)

  const second = await run(['demo', '--file', file])
  expect(second.stdout).toContain('2 messages so far.')
  expect(second.stdout).toContain('this is use 2 of it')

  const reset = await run(['demo', '--file', file, '--reset'])
  expect(reset.stdout).toContain('1 message so far.')
})
