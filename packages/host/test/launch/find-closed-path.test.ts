import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findClosedPath } from '../../src/launch/find-closed-path.ts'
import type { LaunchRequest } from '../../src/launch/launch-plan.ts'
import { makeFolder } from '../plugin-folder.ts'
import { fakeEnvironment } from './fake-environment.ts'

async function requestIn(mode: number): Promise<[LaunchRequest, string]> {
  const folder = await makeFolder({ 'plugin/index.js': '', 'guest.cjs': '' })
  await chmod(folder, mode)
  const request = {
    mode: 'process',
    nodePath: process.execPath,
    guestPath: join(folder, 'guest.cjs'),
    readPaths: [join(folder, 'plugin')],
    network: false,
    addons: false,
    memoryBytes: 1,
    slot: 0,
  } as const
  return [request, folder]
}

it('names the folder that plugins with users of their own cannot pass, and what opens it', async () => {
  const [request, folder] = await requestIn(0o700)
  expect(await findClosedPath(request, fakeEnvironment)).toEqual({ path: folder, mode: 'o+x' })
})

it('takes a folder that everybody may pass, even if nobody may list it', async () => {
  const [request] = await requestIn(0o711)
  expect(await findClosedPath(request, fakeEnvironment)).toBeNull()
})

it('has nothing to look for where plugins run as the user of the host', async () => {
  const [request] = await requestIn(0o700)
  expect(await findClosedPath(request, { ...fakeEnvironment, users: null })).toBeNull()
})
