import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeCgroup } from '../../src/launch/cgroup.ts'
import { type CgroupFiles, findCgroup } from '../../src/launch/find-cgroup.ts'
import { makeFolder } from '../plugin-folder.ts'

/** What the kernel would show a host that is in the group `/unit/host`. */
async function makeFiles(controllers: Readonly<Record<string, string>>): Promise<CgroupFiles> {
  const folder = await makeFolder({ own: '12:cpu:/\n0::/unit/host\n' })
  const mount = join(folder, 'mount')
  await mkdir(join(mount, 'unit/host'), { recursive: true })
  for (const [group, text] of Object.entries(controllers)) {
    await writeFile(join(mount, group, 'cgroup.subtree_control'), text)
    await writeFile(join(mount, group, 'cgroup.procs'), '')
  }
  return { ownGroups: join(folder, 'own'), mount }
}

describe('findCgroup', () => {
  it('finds the group above, where it was delegated with a group for the host', async () => {
    const files = await makeFiles({ unit: 'memory pids\n', 'unit/host': '' })

    expect(await findCgroup(files)).toBe(join(files.mount, 'unit'))
  })

  it('finds its own group, where that may bound others', async () => {
    const files = await makeFiles({ unit: 'cpu\n', 'unit/host': 'cpu memory pids\n' })

    expect(await findCgroup(files)).toBe(join(files.mount, 'unit/host'))
  })

  it('finds none where no group bounds both memory and processes', async () => {
    expect(await findCgroup(await makeFiles({ unit: 'memory', 'unit/host': 'pids' }))).toBeNull()
  })

  it('finds none where there is no version 2', async () => {
    const folder = await makeFolder({ own: '4:memory:/x\n' })

    expect(await findCgroup({ ownGroups: join(folder, 'own'), mount: folder })).toBeNull()
  })
})

describe('makeCgroup', () => {
  it('bounds memory and processes, and goes away', async () => {
    const parent = await makeFolder({})
    const group = makeCgroup(parent, 'a', { memoryBytes: 1000, maxTasks: 64 })
    const settings: Record<string, string> = {}
    for (const file of await readdir(group.path)) {
      settings[file] = await readFile(join(group.path, file), 'utf8')
      // The kernel's own are no files that keep a group from being removed.
      await rm(join(group.path, file))
    }

    expect(settings).toEqual({
      'memory.max': '1000',
      'memory.oom.group': '1',
      'memory.swap.max': '0',
      'pids.max': '64',
    })
    await group.remove()
    await group.remove()
    expect(await readdir(parent)).toEqual([])
  })
})
