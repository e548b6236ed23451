import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { innermostProcess } from '../../src/launch/innermost-process.ts'

const isLinux = process.platform === 'linux'

it.skipIf(!isLinux)('finds the last descendant of a process', async () => {
  const child = spawn('/bin/sh', ['-c', `${process.execPath} -e "$0"; true`, script()])
  onTestFinished(() => {
    child.stdin.end()
  })
  const [pid] = (await once(child.stdout, 'data')) as [Buffer]

  expect(innermostProcess(child.pid ?? 0)).toBe(Number(pid.toString()))
})

it('finds nothing of a process that has ended', async () => {
  const child = spawn(process.execPath, ['-e', '0'])
  await once(child, 'close')

  expect(innermostProcess(child.pid ?? 0)).toBeNull()
})

function script(): string {
  return 'console.log(process.pid); process.stdin.resume()'
}
