import type { Message } from '@holdfast/session'
import { testPlugin, type TestPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import definition from '../src/index.ts'
import { fingerprint } from '../src/vault-entry.ts'

const service = 'github'
const minute = 60_000
const hour = 60 * minute

function store(plugin: TestPlugin, token: string, more: object = {}): Promise<Message[]> {
  return plugin.run('store-token', { service, token, ...more })
}

function rotate(plugin: TestPlugin, token: string, more: object = {}): Promise<Message[]> {
  return plugin.run('rotate-token', { service, token, ...more })
}

/** What `use-token` says, and the token if it gave it. */
async function use(plugin: TestPlugin, more: object = {}): Promise<object> {
  const messages = await plugin.run('use-token', { service, ...more })
  const said = messages.find(({ type }) => type === 'json') as { value: object }
  const variable = messages.find(({ type }) => type === 'variable') as { value: string } | undefined
  return { ...said.value, token: variable?.value }
}

async function reveal(plugin: TestPlugin, more: object = {}): Promise<object> {
  return await use(plugin, { reveal: true, ...more })
}

async function list(plugin: TestPlugin, more: object = {}): Promise<{ tokens: object[] }> {
  const [message] = await plugin.run('list-tokens', more)
  return (message as { value: unknown }).value as { tokens: object[] }
}

async function keysOf(plugin: TestPlugin): Promise<string[]> {
  const { storage, persistent_store } = plugin
  return [
    ...(await Array.fromAsync(storage.keys())),
    ...(await Array.fromAsync(persistent_store.keys())),
  ]
}

describe('use-token', () => {
  test('gives the fingerprint of what an earlier run stored, and not the token', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    expect(await use(plugin)).toEqual({
      service,
      // printf ghp_one | sha256sum
      fingerprint: '3f3b3f04',
      expiresAt: null,
      uses: 1,
      token: undefined,
    })
  })

  test('gives the token, too, if it is asked to', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    expect(await reveal(plugin)).toMatchObject({ token: 'ghp_one' })
  })

  test('counts every use, concurrent ones too, and keeps the time of the last', async () => {
    const plugin = testPlugin(definition, { now: Date.parse('2030-01-01T00:00:00Z') })
    await store(plugin, 'ghp_one')
    await Promise.all(Array.from({ length: 25 }, () => use(plugin)))
    plugin.clock.advance(minute)
    await use(plugin)
    expect(await list(plugin)).toMatchObject({
      tokens: [{ service, uses: 26, lastUsedAt: '2030-01-01T00:01:00.000Z' }],
    })
  })

  test('fails for a service without a token, and counts nothing', async () => {
    const plugin = testPlugin(definition)
    await expect(use(plugin)).rejects.toThrow('There is no token for github')
    expect(await keysOf(plugin)).toEqual([])
  })
})

describe('a token with an expiry', () => {
  test('is gone everywhere from the moment it expires', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one', { expiresInMs: hour })
    plugin.clock.advance(hour - 1)
    expect(await use(plugin)).toMatchObject({
      expiresAt: new Date(plugin.clock.now() + 1).toISOString(),
    })
    plugin.clock.advance(1)
    await expect(use(plugin)).rejects.toThrow('it expired')
    await expect(rotate(plugin, 'ghp_two')).rejects.toThrow('it expired')
    expect(await list(plugin)).toEqual({ tokens: [], cursor: null })
  })

  test('makes room for another, whose uses are counted from 0', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one', { expiresInMs: hour })
    await use(plugin)
    plugin.clock.advance(hour)
    await store(plugin, 'ghp_two')
    expect(await list(plugin)).toMatchObject({ tokens: [{ uses: 0, lastUsedAt: null }] })
  })
})

describe('store-token', () => {
  test('of several at once stores one and refuses the others', async () => {
    const plugin = testPlugin(definition)
    const tokens = ['one', 'two', 'three', 'four']
    const outcomes = await Promise.allSettled(tokens.map((token) => store(plugin, token)))
    const won = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))
    expect(won).toHaveLength(1)
    expect(await reveal(plugin)).toMatchObject({ token: tokens[won[0] ?? -1] })
  })

  test('leaves a token alone that is there', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    await expect(store(plugin, 'ghp_two')).rejects.toThrow('has a token already')
    expect(await reveal(plugin)).toMatchObject({ token: 'ghp_one' })
  })
})

describe('rotate-token', () => {
  test('replaces the token and keeps the one before until the end of its grace', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    await rotate(plugin, 'ghp_two', { graceMs: minute })
    expect(await reveal(plugin)).toMatchObject({ token: 'ghp_two', expiresAt: null })
    plugin.clock.advance(minute - 1)
    expect(await reveal(plugin, { previous: true })).toMatchObject({
      token: 'ghp_one',
      expiresAt: new Date(plugin.clock.now() + 1).toISOString(),
    })
    plugin.clock.advance(1)
    await expect(reveal(plugin, { previous: true })).rejects.toThrow('no previous token')
    expect(await reveal(plugin)).toMatchObject({ token: 'ghp_two' })
  })

  test('of many at once lets one win, and the others store and put aside nothing', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_old')
    const tokens = Array.from({ length: 20 }, (_none, index) => `ghp_${index}`)
    const outcomes = await Promise.allSettled(tokens.map((token) => rotate(plugin, token)))
    const won = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []))
    expect(won).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      expect(outcome.reason).toMatchObject({
        code: 'TOOL_FAILED',
        message: expect.stringContaining('changed by somebody else'),
      })
    }
    expect(await reveal(plugin)).toMatchObject({ token: tokens[won[0] ?? -1] })
    expect(await reveal(plugin, { previous: true })).toMatchObject({ token: 'ghp_old' })
    expect(await Array.fromAsync(plugin.storage.keys({ prefix: 'previous/' }))).toHaveLength(1)
  })

  test('does nothing when the token is no more the one that it was to replace', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    const replaces = fingerprint('ghp_one')
    await rotate(plugin, 'ghp_two', { replaces })
    await expect(rotate(plugin, 'ghp_three', { replaces })).rejects.toThrow('by somebody else')
    expect(await reveal(plugin)).toMatchObject({ token: 'ghp_two' })
  })

  test('may be repeated: the same token is put in place once', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    const once = { replaces: fingerprint('ghp_one') }
    await rotate(plugin, 'ghp_two', once)
    await rotate(plugin, 'ghp_two', once)
    expect(await reveal(plugin, { previous: true })).toMatchObject({ token: 'ghp_one' })
  })

  test('gives the token right before when it comes twice within the grace', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    await rotate(plugin, 'ghp_two')
    await rotate(plugin, 'ghp_three')
    expect(await reveal(plugin, { previous: true })).toMatchObject({ token: 'ghp_two' })
  })

  test('without grace keeps no token before', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    await rotate(plugin, 'ghp_two', { graceMs: 0 })
    await expect(use(plugin, { previous: true })).rejects.toThrow('no previous token')
    expect(await keysOf(plugin)).toEqual(['tokens/github'])
  })

  test('keeps a token until its own expiry and not beyond, by the clock of the store', async () => {
    const plugin = testPlugin(definition, { now: 0 })
    await store(plugin, 'ghp_one', { expiresInMs: minute })
    await rotate(plugin, 'ghp_two', { graceMs: hour })
    plugin.clock.advance(minute - 1)
    expect(await reveal(plugin, { previous: true })).toMatchObject({ token: 'ghp_one' })
    plugin.clock.advance(1)
    await expect(use(plugin, { previous: true })).rejects.toThrow('no previous token')
  })
})

describe('list-tokens', () => {
  test('gives ages, expiry and use, page by page', async () => {
    const plugin = testPlugin(definition, { now: Date.parse('2030-01-01T00:00:00Z') })
    await store(plugin, 'ghp_one')
    await store(plugin, 'glpat_one', { service: 'gitlab', expiresInMs: hour })
    plugin.clock.advance(minute)
    await rotate(plugin, 'ghp_two')
    const first = (await list(plugin, { limit: 1 })) as { tokens: object[]; cursor: string }
    expect(first.tokens).toEqual([
      {
        service,
        storedAt: '2030-01-01T00:00:00.000Z',
        rotatedAt: '2030-01-01T00:01:00.000Z',
        expiresAt: null,
        uses: 0,
        lastUsedAt: null,
      },
    ])
    expect(await list(plugin, { limit: 1, cursor: first.cursor })).toMatchObject({
      tokens: [{ service: 'gitlab', rotatedAt: null, expiresAt: '2030-01-01T01:00:00.000Z' }],
      cursor: null,
    })
  })
})

describe('revoke-token', () => {
  test('leaves nothing of the service, and all of the others', async () => {
    const plugin = testPlugin(definition)
    for (const each of ['git', service]) {
      await store(plugin, 'one', { service: each })
      await rotate(plugin, 'two', { service: each })
      await use(plugin, { service: each })
    }
    await plugin.run('revoke-token', { service: 'git' })
    expect((await keysOf(plugin)).toSorted()).toEqual([
      'previous/github',
      'tokens/github',
      'uses/github',
    ])
  })

  test('may be repeated, and a token can be stored again', async () => {
    const plugin = testPlugin(definition)
    await store(plugin, 'ghp_one')
    await plugin.run('revoke-token', { service })
    await plugin.run('revoke-token', { service })
    await store(plugin, 'ghp_two')
    expect(await reveal(plugin)).toMatchObject({ token: 'ghp_two', uses: 1 })
  })
})
