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
      notifications: { email: true, quietHours: null },
    },
    origins: {
      theme: 'default',
      language: 'default',
      timezone: 'default',
      'notifications.email': 'default',
      'notifications.quietHours': 'default',
    },
  })
})

test('a later run finds what an earlier one set, and the defaults of the rest', async () => {
  const plugin = testPlugin(definition)
  const quietHours = { from: '22:00', to: '06:30' }
  await plugin.run('set-preferences', {
    user,
    changes: { theme: 'dark', notifications: { quietHours } },
  })
  expect(jsonOf(await plugin.run('get-preferences', { user }))).toMatchObject({
    preferences: { theme: 'dark', language: 'en', notifications: { email: true, quietHours } },
    origins: { theme: 'set', 'notifications.email': 'default', 'notifications.quietHours': 'set' },
  })
})

test('a change within a group leaves its neighbours as they are', async () => {
  const plugin = testPlugin(definition)
  const quietHours = { from: '22:00', to: '06:30' }
  await plugin.run('set-preferences', { user, changes: { notifications: { quietHours } } })
  const changes = { notifications: { email: false } }
  expect(jsonOf(await plugin.run('set-preferences', { user, changes }))).toMatchObject({
    preferences: { notifications: { email: false, quietHours } },
  })
})

test('what is set to its default counts as set', async () => {
  const plugin = testPlugin(definition)
  const set = await plugin.run('set-preferences', { user, changes: { theme: 'system' } })
  expect(jsonOf(set)).toMatchObject({ origins: { theme: 'set' } })
})

test('concurrent changes of different settings are all kept', async () => {
  const plugin = testPlugin(definition)
  const changes = [
    { theme: 'light' },
    { language: 'de' },
    { timezone: 'Asia/Tokyo' },
    { notifications: { email: false } },
    { notifications: { quietHours: { from: '20:00', to: '08:00' } } },
  ]
  await Promise.all(changes.map((each) => plugin.run('set-preferences', { user, changes: each })))
  expect(jsonOf(await plugin.run('get-preferences', { user }))).toMatchObject({
    preferences: {
      theme: 'light',
      language: 'de',
      timezone: 'Asia/Tokyo',
      notifications: { email: false, quietHours: { from: '20:00', to: '08:00' } },
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
  ['changes.notifications.email', { notifications: { email: 'yes' } }],
  ['changes.notifications.quietHours.from', { notifications: { quietHours: { to: '07:00' } } }],
  ['changes.notifications.quietHours.to', { notifications: { quietHours: from22To('7:00') } }],
  ['changes.notifications.quietHours.to', { notifications: { quietHours: from22To('22:00') } }],
  ['changes', { theme: 'dark', colour: 'red' }],
  ['changes', { notifications: {} }],
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
  const users = ['a:b', 'a#b', 'a%3Ab', 'a%23b', '%', 'ada@example.org', 'Zoë', 'a/b', '🦔', '\0']

  test('whatever their ids, they have preferences of their own', async () => {
    const plugin = testPlugin(definition)
    const timezones = users.map((_id, index) => `Etc/GMT+${index}`)
    await Promise.all(
      users.map((id, index) =>
        plugin.run('set-preferences', { user: id, changes: { timezone: timezones[index] } }),
      ),
    )
    const found = await Promise.all(
      users.map(async (id) => jsonOf(await plugin.run('get-preferences', { user: id }))),
    )
    expect(found).toMatchObject(
      users.map((id, index) => ({ user: id, preferences: { timezone: timezones[index] } })),
    )
    const listed = jsonOf(await plugin.run('list-users')) as { users: { user: string }[] }
    expect(new Set(listed.users.map(({ user: id }) => id))).toEqual(new Set(users))
  })

  test.each(['€', ':', '\0'])(
    'the longest id fits in a key when it is all %j',
    async (character) => {
      const plugin = testPlugin(definition)
      const longest = character.repeat(128)
      await plugin.run('set-preferences', { user: longest, changes: { theme: 'dark' } })
      expect(jsonOf(await plugin.run('get-preferences', { user: longest }))).toMatchObject({
        preferences: { theme: 'dark' },
      })
    },
  )

  test.each([
    ['an empty id', ''],
    ['a long id', 'a'.repeat(129)],
    ['half a character', '\ud83e'],
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
  const changes = { theme: 'dark', notifications: { email: false } }

  test('gives one setting its default again', async () => {
    const plugin = testPlugin(definition)
    await plugin.run('set-preferences', { user, changes })
    const setting = 'notifications.email'
    const reset = jsonOf(await plugin.run('reset-preferences', { user, setting }))
    expect(reset).toMatchObject({
      preferences: { theme: 'dark', notifications: { email: true } },
      origins: { theme: 'set', 'notifications.email': 'default' },
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
      message: expect.stringMatching(/setting: .*notifications\.quietHours/),
    })
  })
})

describe('what another version of the plugin stored', () => {
  const key = 'users/ada@example.org'
  const stored = { theme: 'sepia', language: 'fr', 'editor.tabSize': 8 }

  test('gives way to the default when it means nothing to this one, and says so', async () => {
    const plugin = testPlugin(definition)
    await plugin.persistent_store.set(key, stored)
    expect(jsonOf(await plugin.run('get-preferences', { user }))).toMatchObject({
      preferences: { theme: 'system', language: 'fr' },
      origins: { theme: 'unreadable', language: 'set' },
    })
  })

  test('survives changes and resets of other settings', async () => {
    const plugin = testPlugin(definition)
    await plugin.persistent_store.set(key, stored)
    await plugin.run('set-preferences', { user, changes: { timezone: 'UTC' } })
    await plugin.run('reset-preferences', { user, setting: 'language' })
    expect(await plugin.persistent_store.get(key)).toEqual({
      theme: 'sepia',
      'editor.tabSize': 8,
      timezone: 'UTC',
    })
  })
})

function from22To(to: string): { from: string; to: string } {
  return { from: '22:00', to }
}
