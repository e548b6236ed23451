import { definePlugin, type JsonValue } from '@holdfast/session'
import { testPlugin } from '@holdfast/session/testing'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { caught } from './caught.ts'

const setUp = () => testPlugin(definePlugin({}), { now: 1_000 })

const theme = z.object({ theme: z.enum(['dark', 'light']), since: z.coerce.date() })

/** What the version before stored: the theme alone. */
const before = z.enum(['dark', 'light'])

function migrate(value: JsonValue): { theme: 'dark' | 'light'; since: string } {
  return { theme: before.parse(value), since: '1970-01-01' }
}

const migrated = { theme: 'dark', since: new Date(0) }

describe('a stored value that does not fit', () => {
  test('is migrated as it is read, and stays as it is', async () => {
    const { persistent_store: json } = setUp()
    const themes = json.typed(theme).withMigration(migrate)
    const version = await json.set('ada', 'dark')
    expect(await themes.get('ada')).toEqual(migrated)
    expect(await themes.getEntry('ada')).toMatchObject({ value: migrated, version })
    expect((await themes.getMany(['ada'])).get('ada')).toEqual(migrated)
    for await (const [entry] of themes.watch(['ada'])) {
      expect(entry?.value).toEqual(migrated)
      break
    }
    expect(await json.getEntry('ada')).toMatchObject({ value: 'dark', version })
  })

  test('is stored in its new form by an update, once', async () => {
    const { persistent_store: json } = setUp()
    let migrations = 0
    const themes = json.typed(theme).withMigration(async (value) => {
      migrations++
      return migrate(value)
    })
    await json.set('ada', 'dark', { expiresInMs: 50 })
    const keep = (current: z.output<typeof theme> = { theme: 'light', since: new Date(1) }) => ({
      theme: current.theme,
      since: current.since.toISOString(),
    })
    expect(await themes.update('ada', keep)).toEqual(migrated)
    expect(await json.getEntry('ada')).toMatchObject({
      value: { theme: 'dark', since: '1970-01-01T00:00:00.000Z' },
      expiresAt: 1_050,
    })
    await themes.get('ada')
    expect(migrations).toBe(1)
  })

  test('is given with what the schema has against it, to do with as one likes', async () => {
    const { persistent_store: json } = setUp()
    const seen: unknown[] = []
    const themes = json.typed(theme).withMigration((value, issues) => {
      const old = value as { theme: string }
      seen.push(...issues.map(({ path }) => path))
      old.theme = 'light'
      return { theme: 'light', since: '1970-01-01' }
    })
    await json.set('ada', { theme: 'sepia', since: 'yesterday' })
    expect(await themes.get('ada')).toMatchObject({ theme: 'light' })
    expect(seen).toEqual([['theme'], ['since']])
    expect(await json.get('ada')).toEqual({ theme: 'sepia', since: 'yesterday' })
  })

  test('is not migrated when it fits', async () => {
    const { persistent_store: json } = setUp()
    const themes = json.typed(theme).withMigration(() => {
      throw new Error('There is nothing to migrate.')
    })
    await themes.set('ada', { theme: 'dark', since: '1970-01-01' })
    expect(await themes.get('ada')).toEqual(migrated)
    expect(await themes.get('missing')).toBeUndefined()
  })

  test('fails when what was made of it does not fit either', async () => {
    const { persistent_store: json } = setUp()
    await json.set('ada', 'sepia')
    const wrong = json.typed(theme).withMigration(() => ({ theme: 'sepia' }) as never)
    const error = await caught(wrong.get('ada'))
    expect(error).toMatchObject({
      code: 'STORED_VALUE_INVALID',
      context: { key: 'ada', paths: ['$.theme', '$.since'] },
    })
    expect(error.message).toMatch(/"ada" .*migration made .*: \$\.theme: .*dark.*; \$\.since: /)
    expect(error.message).toContain('Correct the function given to withMigration')
    const forgetful = json.typed(theme).withMigration((() => undefined) as never)
    const forgotten = await caught(forgetful.get('ada'))
    expect(forgotten).toMatchObject({ code: 'STORED_VALUE_INVALID', context: { key: 'ada' } })
    expect(forgotten.message).toMatch(/"ada" .*migration made .*no JSON: .*\$ is undefined/)
    expect(await json.get('ada')).toBe('sepia')
  })

  test.each([
    ['an error', () => new Error('This I cannot migrate.'), 'failed: This I cannot migrate. '],
    ['an error without a message', () => new RangeError(), 'failed: RangeError. '],
    ['no error', () => 'a secret', 'failed: it threw a string of 8 characters. '],
    ['what zod throws', () => zodError(), 'failed: $.emails[0]: Invalid input: expected string'],
    [
      'what valibot throws',
      () => new v.ValiError(v.safeParse(v.object({ a: v.string() }), {}).issues as never),
      'failed: $.a: Invalid key: Expected "a"',
    ],
  ])('tells of its migration that throws %s, and of its key', async (_what, make, words) => {
    const { persistent_store: json } = setUp()
    await json.set('ada', 'sepia')
    const cause = make()
    const themes = json.typed(theme).withMigration(() => {
      throw cause
    })
    const error = await caught(themes.get('ada'))
    expect(error).toMatchObject({
      code: 'STORED_VALUE_INVALID',
      context: { key: 'ada', paths: ['$'] },
      cause,
    })
    expect(error.message).toContain('"ada"')
    expect(error.message).toContain(`its migration ${words}`)
    expect(error.message).not.toContain('\n')
    expect(await json.get('ada')).toBe('sepia')
  })

  test('passes on what Holdfast said in its migration', async () => {
    const { persistent_store: json } = setUp()
    await json.set('ada', 'sepia')
    const own = await caught(json.get(''))
    const themes = json.typed(theme).withMigration(() => {
      throw own
    })
    await expect(themes.get('ada')).rejects.toBe(own)
  })

  test('is migrated by the function of its key', async () => {
    const { persistent_store: json } = setUp()
    const store = json.typed({ theme, count: z.number() }).withMigration({ theme: migrate })
    await json.setMany({ theme: 'dark', count: '1' })
    expect(await store.get('theme')).toEqual(migrated)
    expect(await caught(store.get('count'))).toMatchObject({
      code: 'STORED_VALUE_INVALID',
      context: { paths: ['$'] },
    })
  })
})

function zodError(): unknown {
  return z.object({ emails: z.array(z.string()) }).safeParse({ emails: [1] }).error
}
