import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { conformanceSections } from '@holdfast/driver-testkit'
import { expect, test } from 'vitest'

test('the kit runs under node:test with an expect over node:assert', async () => {
  const file = fileURLToPath(new URL('fixtures/node-runner.ts', import.meta.url))
  const options = ['--conditions=@holdfast/source', '--test-reporter=tap']
  const { stdout } = await promisify(execFile)(process.execPath, [...options, file])
  const count = (word: string): number =>
    Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(stdout)?.[1])
  const checks = conformanceSections.flatMap((section) => section.checks)
  expect(count('pass') + count('skipped')).toBe(checks.length)
  expect(count('skipped')).toBeGreaterThan(0)
  expect(count('fail')).toBe(0)
  expect(stdout).toContain(`The map driver: ${count('pass')} passed, ${count('skipped')} skipped`)
}, 60_000)
