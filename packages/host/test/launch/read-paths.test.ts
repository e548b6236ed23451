import { mkdir, realpath, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPathsOf } from '../../src/launch/read-paths.ts'
import type { PluginManifest } from '../../src/manifest/plugin-manifest.ts'
import { readManifest } from '../../src/manifest/read-manifest.ts'
import { makeFolder } from '../plugin-folder.ts'

const holdfast = { id: 'notes', entry: './index.js' }

interface Layout {
  readonly root: string
  readonly manifest: PluginManifest
}

/** Makes a plugin in the folder `plugin`, with files beside it and links by their path. */
async function layOut(
  fields: object,
  files: Readonly<Record<string, string>> = {},
  links: Readonly<Record<string, string>> = {},
): Promise<Layout> {
  const root = await realpath(
    await makeFolder({
      'plugin/package.json': JSON.stringify({ holdfast, ...fields }),
      'plugin/index.js': '',
      ...files,
    }),
  )
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await symlink(target, join(root, path))
  }
  return { root, manifest: await readManifest(join(root, 'plugin')) }
}

async function pathsIn({ root, manifest }: Layout): Promise<string[]> {
  const paths = await readPathsOf(manifest)
  return paths.map((path) => path.slice(root.length + 1)).toSorted()
}

describe('readPathsOf', () => {
  it('is the folder of a plugin that has no dependencies', async () => {
    expect(await pathsIn(await layOut({}))).toEqual(['plugin'])
  })

  it('leaves out what is installed and not depended on', async () => {
    const layout = await layOut(
      { dependencies: { used: '1' }, devDependencies: { tool: '1' } },
      {
        'plugin/node_modules/used/package.json': '{}',
        'plugin/node_modules/tool/package.json': '{}',
      },
    )

    expect(await pathsIn(layout)).toEqual([
      'plugin/index.js',
      'plugin/node_modules/used',
      'plugin/package.json',
    ])
  })

  it('follows dependencies of dependencies, as npm puts them side by side', async () => {
    const layout = await layOut(
      { dependencies: { a: '1' } },
      {
        'node_modules/a/package.json': JSON.stringify({
          optionalDependencies: { b: '1', missing: '1' },
        }),
        'node_modules/b/package.json': JSON.stringify({
          peerDependencies: { '@c/c': '1', a: '1' },
        }),
        'node_modules/@c/c/package.json': '{}',
        'node_modules/d/package.json': '{}',
      },
    )

    expect(await pathsIn(layout)).toEqual([
      'node_modules/@c/c',
      'node_modules/a',
      'node_modules/b',
      'plugin',
    ])
  })

  it('has links and what they lead to, as pnpm makes them', async () => {
    const layout = await layOut(
      { dependencies: { a: '1' } },
      {
        'store/a@1/node_modules/a/package.json': JSON.stringify({ dependencies: { b: '1' } }),
        'store/b@1/node_modules/b/package.json': '{}',
      },
      {
        'plugin/node_modules/a': '../../store/a@1/node_modules/a',
        'store/a@1/node_modules/b': '../../b@1/node_modules/b',
      },
    )

    expect(await pathsIn(layout)).toEqual([
      'plugin/index.js',
      'plugin/node_modules/a',
      'plugin/package.json',
      'store/a@1/node_modules/a',
      'store/a@1/node_modules/b',
      'store/b@1/node_modules/b',
    ])
  })

  it('takes no name for a path out of node_modules', async () => {
    const names = { '../..': '1', '@x/../../..': '1', '.': '1', 'a/../../..': '1' }
    const layout = await layOut({ dependencies: names }, { 'package.json': '{}' })

    expect(await pathsIn(layout)).toEqual(['plugin'])
  })

  it('is the folder alone of a plugin that was built', async () => {
    const { manifest, root } = await layOut(
      { dependencies: { used: '1' } },
      { 'node_modules/used/package.json': '{}' },
    )
    const bundle = { format: 'script', cachePath: null, addons: false } as const

    expect(await readPathsOf({ ...manifest, bundle })).toEqual([join(root, 'plugin')])
  })

  it.each(['plugin/secret', 'plugin/deep/er/secret'])(
    'refuses a symbolic link out of the plugin: %s',
    async (path) => {
      const { manifest, root } = await layOut({}, { 'host/.env': '' }, {})
      await mkdir(dirname(join(root, path)), { recursive: true })
      await symlink(join(root, 'host'), join(root, path))
      const reading = readPathsOf(manifest)

      await expect(reading).rejects.toMatchObject({
        code: 'PLUGIN_LOAD_FAILED',
        message: expect.stringContaining(join(root, path)) as string,
      })
    },
  )

  it('takes a symbolic link within the plugin, and one that leads nowhere', async () => {
    const links = { 'plugin/alias.js': 'index.js', 'plugin/broken': './nothing' }

    expect(await pathsIn(await layOut({}, {}, links))).toEqual(['plugin'])
  })
})
