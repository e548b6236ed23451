import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runCommand } from './run-command.ts'

test('testing-a-driver.md has the options and the module that --help has', async () => {
  const page = readFileSync(
    new URL('../../../../docs/testing-a-driver.md', import.meta.url),
    'utf8',
  )
  const { stdout } = await runCommand(['--help'])
  const options = stdout.match(/^ {2}--\w+( <\w+>)?/gm)?.map((option) => option.trim()) ?? []
  expect(options.length).toBeGreaterThan(8)
  const explained = options.filter((option) => page.includes(`\`${option}\``))
  expect(explained).toEqual(options.filter((option) => !/--(help|version)/.test(option)))
  const [, example = ''] = /^ {2}(export const driverUnderTest.*?^ {2}\})$/ms.exec(stdout) ?? []
  expect(page).toContain(example.replaceAll(/^ {2}/gm, ''))
})
