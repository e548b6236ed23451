import { definePlugin, Tool } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'

/** Runs a tool that throws. */
function failWith(error: Error): Promise<unknown> {
  class Work extends Tool {
    async invoke(): Promise<undefined> {
      throw error
    }
  }
  return testPlugin(definePlugin({ tools: { work: Work } })).run('work')
}

/** As Node's permission model makes it. */
function denied(permission: string, resource = ''): Error {
  const message = 'Access to this API has been restricted.'
  return Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', permission, resource })
}

const cycle = new Error('round and round')
cycle.cause = cycle

test.each([
  ['reads a file', denied('FileSystemRead', '/etc/hosts'), 'may not read /etc/hosts. In a process'],
  [
    'imports what it does not name',
    denied('FileSystemRead', '/plugin/node_modules/zod/package.json'),
    'has in "dependencies": add there what it imports, and install it.',
  ],
  ['writes a file', denied('FileSystemWrite', '/tmp/x'), 'may not write /tmp/x. No permission of'],
  ['starts a process', denied('ChildProcess', '/bin/sh'), 'no mode but "inline"'],
  ['starts a thread', denied('WorkerThreads'), 'may not start threads'],
  ['connects', denied('Net', '::1'), 'may not use the network. It asks for it by "permissions"'],
  [
    'loads an addon',
    Object.assign(new Error('Cannot load native addon'), { code: 'ERR_DLOPEN_DISABLED' }),
    'may not load native addons. A plugin that "holdfast build --allow-addons" built may',
  ],
  [
    'is refused by a library that says so in its own words',
    new Error('fetch failed', { cause: denied('Net') }),
    'may not use the network',
  ],
  [
    'does what Node has no name for',
    Object.assign(new Error('fs.symlink API requires more.'), {
      code: 'ERR_ACCESS_DENIED',
      permission: '',
    }),
    'failed: fs.symlink API requires more.',
  ],
  ['fails for another reason', new Error('the milk is sour'), 'failed: the milk is sour'],
  ['fails by an error that caused itself', cycle, 'failed: round and round'],
])('the error of a plugin that %s says it in plain words', async (_what, error, words) => {
  const run = failWith(error)

  await expect(run).rejects.toMatchObject({
    code: 'TOOL_FAILED',
    message: expect.stringContaining(words),
    cause: error,
  })
})
