import { testPlugin } from '@holdfast/session/testing'
import { describe, expect, test } from 'vitest'
import definition from '../src/index.ts'
import { jsonOf } from './json-of.ts'

const user = 'ada@example.org'

test('a user who set nothing has the defaults, and they are told apart from choices', async () => {
  const plugin = testPlugin(definition)
  expect(jsonOf(await plugin.run('get-preferences', { user }))).toEqual({
    user,
    preferences: {
      theme: 'system',
      language: 'en',
      timezone: 'UTC',
      emails: true,
      quietHours: null,
    },
    chosen: [],
  })
})

test('a later run finds what an earlier one set, and the defaults of the rest', async () => {
  const plugin = testPlugin(definition)
  const quietHours = { from: '22:00', to: '06:30' }
  await plugin.run('set-preferences', { user, changes: { theme: 'dark', quietHours } })
  expect(jsonOf(await plugin.run('get-preferences', { user }))).toMatchObject({
    preferences: { theme: 'dark', language: 'en', emails: true, quietHours },
    chosen: ['theme', 'quietHours'],
  })
})

test('what is set to its default counts as chosen', async () => {
  const plugin = testPlugin(definition)
  const set = await plugin.run('set-preferences', { user, changes: { theme: 'system' } })
  expect(jsonOf(set)).toMatchObject({ chosen: ['theme'] })
})

test('concurrent changes of different settings are all kept', async () => {
  const plugin = testPlugin(definition)
  const changes = [
    { theme: 'light' },
    { language: 'de' },
    { timezone: 'Asia/Tokyo' },
    { emails: false },
    { quietHours: { from: '20:00', to: '08:00' } },
  ]
  await Promise.all(changes.map((each) => plugin.run('set-preferences', { user, changes: each })))
  expect(jsonOf(await plugin.run('get-preferences', { user }))).toMatchObject({
    preferences: {
      theme: 'light',
      language: 'de',
      timezone: 'Asia/Tokyo',
      emails: false,
      quietHours: { from: '20:00', to: '08:00' },
    },
  })
})

test('a language is kept in its canonical spelling', async () => {
  const plugin = testPlugin(definition)
  const set = await plugin.run('set-preferences', { user, changes: { language: 'PT-br' } })
  expect(jsonOf(set)).toMatchObject({ preferences: { language: 'pt-BR' } })
})

test.each([
  ['changes.theme', { theme: 'sepia', language: 'de' }],
  ['changes.language', { language: 'English, please' }],
  ['changes.timezone', { timezone: 'Mars/Olympus' }],
  ['changes.emails', { emails: 'yes' }],
  ['changes.quietHours.from', { quietHours: { to: '07:00' } }],
  ['changes.quietHours.to', { quietHours: { from: '22:00', to: '7:00' } }],
  ['changes', { theme: 'dark', colour: 'red' }],
  ['changes', {}],
])('a wrong change is refused by the path of its field, %s: %j', async (path, changes) => {
  const plugin = testPlugin(definition)
  const attempt = plugin.run('set-preferences', { user, changes })
  await expect(attempt).rejects.toMatchObject({
    code: 'INVALID_PARAMETERS',
    context: { fields: [path] },
  })
  expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
})

describe('users', () => {
  test('have preferences of their own', async () => {
    const plugin = testPlugin(definition)
    const users = ['ada', 'Ada', 'ada/2', 'a'.repeat(128)]
    for (const [index, id] of users.entries()) {
      const changes = { timezone: `Etc/GMT+${index}` }
      await plugin.run('set-preferences', { user: id, changes })
    }
    for (const [index, id] of users.entries()) {
      expect(jsonOf(await plugin.run('get-preferences', { user: id }))).toMatchObject({
        user: id,
        preferences: { timezone: `Etc/GMT+${index}` },
      })
    }
  })

  test.each([
    ['an empty id', ''],
    ['a long id', 'a'.repeat(129)],
    ['a character that no key has', 'a:b'],
  ])('%s is refused', async (_case, id) => {
    const attempt = testPlugin(definition).run('get-preferences', { user: id })
    await expect(attempt).rejects.toMatchObject({
      code: 'INVALID_PARAMETERS',
      message: expect.stringContaining('user: '),
    })
  })

  test('are listed page by page, with the time of their last change', async () => {
    const plugin = testPlugin(definition, { now: Date.parse('2030-01-01T00:00:00Z') })
    const set = (id: string): Promise<unknown> =>
      plugin.run('set-preferences', { user: id, changes: { theme: 'dark' } })
    await set('ada')
    plugin.clock.advance(60_000)
    await set('bob')
    const first = jsonOf(await plugin.run('list-users', { limit: 1 })) as { cursor: string }
    expect(first).toMatchObject({
      users: [{ user: 'ada', changedAt: '2030-01-01T00:00:00.000Z' }],
    })
    const second = await plugin.run('list-users', { limit: 1, cursor: first.cursor })
    expect(jsonOf(second)).toEqual({
      users: [{ user: 'bob', changedAt: '2030-01-01T00:01:00.000Z' }],
      cursor: null,
    })
  })
})

describe('reset-preferences', () => {
  const changes = { theme: 'dark', emails: false }

  test('gives one setting its default again', async () => {
    const plugin = testPlugin(definition)
    await plugin.run('set-preferences', { user, changes })
    const setting = 'emails'
    const reset = jsonOf(await plugin.run('reset-preferences', { user, setting }))
    expect(reset).toMatchObject({
      preferences: { theme: 'dark', emails: true },
      chosen: ['theme'],
    })
    expect(jsonOf(await plugin.run('get-preferences', { user }))).toEqual(reset)
  })

  test('forgets a user when no setting is named', async () => {
    const plugin = testPlugin(definition)
    await plugin.run('set-preferences', { user, changes })
    await plugin.run('reset-preferences', { user })
    expect(jsonOf(await plugin.run('list-users'))).toEqual({ users: [], cursor: null })
  })

  test('stores nothing for a user who set nothing', async () => {
    const plugin = testPlugin(definition)
    await plugin.run('reset-preferences', { user, setting: 'theme' })
    expect(jsonOf(await plugin.run('list-users'))).toEqual({ users: [], cursor: null })
  })

  test('names the settings there are when it is asked for another', async () => {
    const attempt = testPlugin(definition).run('reset-preferences', { user, setting: 'colour' })
    await expect(attempt).rejects.toMatchObject({
      code: 'INVALID_PARAMETERS',
      message: expect.stringMatching(/setting: .*quietHours/),
    })
  })
})

describe('what another version of the plugin stored', () => {
  const key = 'users/ada@example.org'
  const stored = { theme: 'sepia', language: 'fr', tabSize: 8 }

  test('gives way to the default when this one does not take it', async () => {
    const plugin = testPlugin(definition)
    await plugin.persistent_store.set(key, stored)
    expect(jsonOf(await plugin.run('get-preferences', { user }))).toEqual({
      user,
      preferences: {
        theme: 'system',
        language: 'fr',
        timezone: 'UTC',
        emails: true,
        quietHours: null,
      },
      chosen: ['language'],
    })
    expect(await plugin.persistent_store.get(key)).toEqual(stored)
  })

  test('survives changes and resets of other settings when this one does not know it', async () => {
    const plugin = testPlugin(definition)
    await plugin.persistent_store.set(key, stored)
    await plugin.run('set-preferences', { user, changes: { timezone: 'UTC' } })
    await plugin.run('reset-preferences', { user, setting: 'language' })
    expect(await plugin.persistent_store.get(key)).toEqual({ tabSize: 8, timezone: 'UTC' })
  })
})
