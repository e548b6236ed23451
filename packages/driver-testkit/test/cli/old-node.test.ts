import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('an older Node.js is told to be one, before anything of it is missed', () => {
  const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bin, '--help'],
    { encoding: 'utf8' },
  )
  expect(stderr).toMatch(/^driver-testkit: NODE_TOO_OLD: It needs Node\.js 24 or newer/)
  expect(stderr).toMatch(/npm install node@24/)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})
