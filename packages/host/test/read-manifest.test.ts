import { realpath, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../src/index.ts'
import { makeFolder, makePluginFolder } from './plugin-folder.ts'

const least = { id: 'notes', entry: './index.js' }

describe('a manifest', () => {
  test('is read without running the entry, with defaults for what it leaves out', async () => {
    const folder = await realpath(await makePluginFolder(least))

    expect(await readManifest(folder)).toEqual({
      id: 'notes',
      version: '1.2.3',
      directory: folder,
      entryPath: join(folder, 'index.js'),
      quotaBytes: limits.defaultQuotaBytes,
      endpoints: {},
      settings: {},
      permissions: { network: false, environment: [] },
      limits: { memoryBytes: 268_435_456, timeoutMs: 60_000, concurrency: 64, queue: 256 },
      bundle: null,
    })
  })

  test('carries quota, rules of endpoints and settings', async () => {
    const holdfast = {
      ...least,
      storage: { quotaBytes: 1000 },
      endpoints: { '/hook': { public: true }, '/admin': { public: false } },
      settings: { theme: 'dark', levels: [1, null] },
    }
    expect(await readManifest(await makePluginFolder(holdfast))).toMatchObject({
      quotaBytes: 1000,
      endpoints: holdfast.endpoints,
      settings: holdfast.settings,
    })
  })

  test('carries permissions, each name once, and limits, with defaults for those left out', async () => {
    const holdfast = {
      ...least,
      permissions: { network: true, environment: ['KEY', '_other2', 'KEY', 'NODE_ENV'] },
      limits: { memoryBytes: 67_108_864, queue: 0 },
    }
    expect(await readManifest(await makePluginFolder(holdfast))).toMatchObject({
      permissions: { network: true, environment: ['KEY', '_other2', 'NODE_ENV'] },
      limits: { memoryBytes: 67_108_864, timeoutMs: 60_000, concurrency: 64, queue: 0 },
    })
  })

  test('carries what was built, with the path of the code cache', async () => {
    const bundle = { format: 'script', cache: './plugin.cache', addons: false }
    const folder = await realpath(
      await makePluginFolder({ ...least, bundle }, { 'plugin.cache': '' }),
    )
    expect(await readManifest(folder)).toMatchObject({
      bundle: { format: 'script', cachePath: join(folder, 'plugin.cache'), addons: false },
    })
  })

  test('may name an entry by a link that stays within the folder', async () => {
    const folder = await realpath(await makePluginFolder({ ...least, entry: './link.js' }))
    await symlink('index.js', join(folder, 'link.js'))

    expect(await readManifest(folder)).toMatchObject({ entryPath: join(folder, 'index.js') })
  })

  test('may stand in a folder that is itself reached by a link', async () => {
    const folder = await realpath(await makePluginFolder(least))
    const elsewhere = join(await makeFolder({}), 'link')
    await symlink(folder, elsewhere)

    expect(await readManifest(elsewhere)).toMatchObject({ directory: folder })
  })
})

describe('a manifest is refused, with the field and what to write,', () => {
  test.each([
    ['no holdfast field', undefined, 'holdfast must be the manifest'],
    ['a manifest that is no object', 7, 'holdfast must be an object of "id", "entry"'],
    ['no id', { entry: './index.js' }, 'holdfast.id must be 1 to 64 of the characters'],
    ['an id in capitals', { ...least, id: 'Notes' }, 'got "Notes"'],
    ['no entry', { id: 'notes' }, 'holdfast.entry must be the path of the module'],
    ['an empty entry', { ...least, entry: '' }, 'holdfast.entry must be the path of the module'],
    ['a misspelt field', { ...least, storge: {} }, 'holdfast has "storge", which nothing reads'],
    [
      'a misspelt field further down',
      { ...least, storage: { quotabytes: 1 } },
      'holdfast.storage has "quotabytes"',
    ],
    [
      'a quota that is no whole number',
      { ...least, storage: { quotaBytes: 1.5 } },
      'holdfast.storage.quotaBytes must be a whole number of bytes',
    ],
    [
      'a negative quota',
      { ...least, storage: { quotaBytes: -1 } },
      'holdfast.storage.quotaBytes must be a whole number of bytes',
    ],
    [
      'an endpoint without its slash',
      { ...least, endpoints: { hook: { public: true } } },
      'must be the path of an endpoint, such as "/hook"; got "hook"',
    ],
    [
      'an endpoint that is public by a text',
      { ...least, endpoints: { '/hook': { public: 'yes' } } },
      'holdfast.endpoints./hook.public must be true or false',
    ],
    ['settings that are a list', { ...least, settings: [] }, 'holdfast.settings must be an object'],
    ['an absolute entry', { ...least, entry: '/etc/hosts' }, 'outside the plugin'],
    ['an entry above the folder', { ...least, entry: '../index.js' }, 'outside the plugin'],
    [
      'an entry above the folder in disguise',
      { ...least, entry: './a/../../index.js' },
      'outside the plugin',
    ],
    ['an entry that is not there', { ...least, entry: './dist/index.js' }, 'nothing is there'],
    ['an entry that is a folder', { ...least, entry: '.' }, 'which is no file'],
    [
      'permissions of another name',
      { ...least, permissions: { net: true } },
      'holdfast.permissions has "net", which nothing reads',
    ],
    [
      'a network that is no answer',
      { ...least, permissions: { network: ['example.org'] } },
      'holdfast.permissions.network must be true or false; got an array',
    ],
    [
      'variables that are no list',
      { ...least, permissions: { environment: 'KEY' } },
      'holdfast.permissions.environment must be a list of names of variables',
    ],
    [
      'a variable that no shell can set',
      { ...least, permissions: { environment: ['KEY', 'MY-KEY'] } },
      'holdfast.permissions.environment.1 must be the name of a variable: letters, digits',
    ],
    ...[
      'NODE_OPTIONS',
      'NODE_ENVIRON',
      'node_extra_ca_certs',
      'LD_PRELOAD',
      'DYLD_X',
      'HOLDFAST_TOKEN',
    ].map((name): [string, unknown, string] => [
      `the variable ${name}`,
      { ...least, permissions: { environment: [name] } },
      `holdfast.permissions.environment.0 must be a variable of the plugin's own, and not one that Node.js, the system or the host goes by; got "${name}"`,
    ]),
    [
      'less memory than Node needs',
      { ...least, limits: { memoryBytes: 67_108_863 } },
      'holdfast.limits.memoryBytes must be a whole number of bytes from 67108864 to 1099511627776; got 67108863',
    ],
    [
      'a time that no timer can be set to',
      { ...least, limits: { timeoutMs: 2 ** 31 } },
      'holdfast.limits.timeoutMs must be a whole number of milliseconds from 1 to 2147483647',
    ],
    [
      'no invocation at all',
      { ...least, limits: { concurrency: 0 } },
      'holdfast.limits.concurrency must be a whole number of invocations from 1 to 10000; got 0',
    ],
    [
      'a queue by a text',
      { ...least, limits: { queue: '5' } },
      'holdfast.limits.queue must be a whole number of invocations from 0 to 100000; got "5"',
    ],
    [
      'a bundle of another format',
      { ...least, bundle: { format: 'esm', cache: null, addons: false } },
      'holdfast.bundle.format must be "script" or "module"; got "esm"',
    ],
    [
      'a module with a code cache',
      { ...least, bundle: { format: 'module', cache: './index.js', addons: false } },
      'holdfast.bundle.cache must be null',
    ],
    [
      'a code cache that is not there',
      { ...least, bundle: { format: 'script', cache: './a.cache', addons: false } },
      'holdfast.bundle.cache is "./a.cache", which cannot be read: nothing is there',
    ],
    [
      'a code cache above the folder',
      { ...least, bundle: { format: 'script', cache: '../a.cache', addons: false } },
      'holdfast.bundle.cache is "../a.cache", which is outside the plugin',
    ],
  ])('for %s', async (_what, holdfast, message) => {
    const folder = await makePluginFolder(holdfast)
    const file = join(await realpath(folder), 'package.json')

    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining(message),
      context: { file },
    })
  })

  test('for an entry that is a link out of the folder', async () => {
    const folder = await makePluginFolder({ ...least, entry: './link.js' })
    const elsewhere = await makeFolder({ 'index.js': '' })
    await symlink(join(elsewhere, 'index.js'), join(folder, 'link.js'))

    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringContaining('outside the plugin'),
    })
  })

  test('for several mistakes at once, naming each', async () => {
    const folder = await makePluginFolder({ id: '', entry: 1, more: true })

    await expect(readManifest(folder)).rejects.toThrow(/holdfast\.id.*holdfast\.entry.*"more"/)
  })
})

describe('a plugin is not found', () => {
  test('where there is no folder', async () => {
    const folder = join(await makeFolder({}), 'nowhere')

    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: `There is no plugin at ${folder}: nothing is there. Name the folder with the plugin's package.json.`,
    })
  })

  test('at a file', async () => {
    const folder = await makeFolder({ 'plugin.js': '' })

    await expect(readManifest(join(folder, 'plugin.js'))).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringContaining('is a file'),
    })
  })

  test('in a folder without a package.json', async () => {
    await expect(readManifest(await makeFolder({}))).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringContaining('whose "holdfast" field names its id and entry'),
    })
  })
})
