import { limits, mintVersion } from '@holdfast/core'
import { type AtomicChange, persistent_store, type Session } from '@holdfast/session'
import { describe, expect, test } from 'vitest'
import { caught, thrown } from './caught.ts'
import { invoke } from './invoke.ts'
import { encode } from './text.ts'

describe('an atomic change refuses', () => {
  const wrong: readonly (readonly [string, (change: AtomicChange) => unknown, string])[] = [
    ['a key that is none', ({ storage }) => storage.set('', encode('v')), 'INVALID_KEY'],
    ['a key with a colon', (c) => c.persistent_store.check('a:b', null), 'INVALID_KEY'],
    ['a text as bytes', ({ storage }) => storage.set('k', 'v' as never), 'WRONG_TYPE'],
    ['a stream', ({ storage }) => storage.set('k', new Blob([]).stream() as never), 'WRONG_TYPE'],
    ['a Date', (c) => c.persistent_store.set('k', new Date() as never), 'INVALID_JSON_VALUE'],
    ['no version', ({ storage }) => storage.check('k', undefined as never), 'INVALID_ARGUMENT'],
    [
      'what is no version',
      (c) => c.persistent_store.delete('k', { ifVersion: '' }),
      'INVALID_ARGUMENT',
    ],
    [
      'an expiry that is none',
      (c) => c.persistent_store.set('k', 1, { expiresInMs: 0 }),
      'INVALID_ARGUMENT',
    ],
    [
      'a type that is none',
      ({ storage }) => storage.set('k', encode('v'), { contentType: 'x' }),
      'INVALID_ARGUMENT',
    ],
    [
      'an option that there is not',
      (c) => c.persistent_store.set('k', 1, { expires: 1 } as never),
      'INVALID_ARGUMENT',
    ],
    ['a step that is none', (c) => c.persistent_store.increment('k', '1' as never), 'WRONG_TYPE'],
    ['an endless step', (c) => c.persistent_store.increment('k', Infinity), 'INVALID_ARGUMENT'],
  ]

  test.each(wrong)('%s, when it is collected', async (_what, collect, code) => {
    await invoke(async ({ atomic }) => {
      const change = atomic()
      expect(await thrown(() => collect(change))).toMatchObject({ code })
      // And it is not part of the change.
      expect((await change.commit()).versions.persistent_store.size).toBe(0)
    })
  })

  test('a second change of a key in one store', async () => {
    await invoke(async ({ atomic }) => {
      const change = atomic()
      change.persistent_store.increment('k')
      const again = [
        () => change.persistent_store.set('k', 1),
        () => change.persistent_store.delete('k'),
        () => change.persistent_store.increment('k'),
      ]
      for (const call of again) {
        const error = await thrown(call)
        expect(error).toBeInstanceOf(TypeError)
        expect(error).toMatchObject({
          code: 'INVALID_ARGUMENT',
          context: { store: 'persistent_store', key: 'k' },
        })
      }
      change.storage.set('k', encode('v')).check('k', null)
      expect((await change.commit()).numbers.get('k')).toBe(1)
    })
  })

  test('to be committed twice, or to be added to after that', async () => {
    await invoke(async ({ atomic }) => {
      const change = atomic()
      change.persistent_store.increment('n').check('m', null)
      await change.commit()
      expect(await caught(change.commit())).toMatchObject({ code: 'INVALID_ARGUMENT' })
      for (const call of [
        () => change.persistent_store.set('k', 1),
        () => change.storage.check('k', null),
      ]) {
        expect(await thrown(call)).toMatchObject({ code: 'INVALID_ARGUMENT' })
      }
      expect(await persistent_store.get('n')).toBe(1)
      const failed = atomic()
      failed.persistent_store.increment('n').check('m', mintVersion())
      expect(await caught(failed.commit())).toMatchObject({ code: 'VERSION_MISMATCH' })
      expect(await caught(failed.commit())).toMatchObject({ code: 'INVALID_ARGUMENT' })
    })
  })

  test('what is more than a commit may have, and what is over the quota', async () => {
    await invoke(
      async ({ storage, atomic }) => {
        const large = atomic()
        for (let key = 0; key <= limits.maxCommitEntries; key++) {
          large.persistent_store.increment(`n${key}`)
        }
        expect(await caught(large.commit())).toMatchObject({ code: 'COMMIT_TOO_LARGE' })
        const costly = atomic()
        costly.storage.set('k', new Uint8Array(100))
        costly.persistent_store.increment('n')
        expect(await caught(costly.commit())).toMatchObject({ code: 'QUOTA_EXCEEDED' })
        expect(await storage.exists('k')).toBe(false)
        expect(await Array.fromAsync(persistent_store.keys())).toEqual([])
      },
      { quota: { maxBytes: 50 } },
    )
  })

  test('to add to what is no number, or beyond what numbers hold', async () => {
    await invoke(async ({ storage, atomic }) => {
      await persistent_store.setMany({ text: 'a', most: Number.MAX_SAFE_INTEGER })
      for (const [key, code] of [
        ['text', 'NOT_A_NUMBER'],
        ['most', 'INVALID_ARGUMENT'],
      ] as const) {
        const change = atomic()
        change.storage.set('k', encode('v'))
        change.persistent_store.increment(key)
        expect(await caught(change.commit())).toMatchObject({ code })
      }
      expect(await storage.exists('k')).toBe(false)
    })
  })

  test('for a check that fails, before what stands in the way of an increment', async () => {
    await invoke(async ({ atomic }) => {
      await persistent_store.set('text', 'a')
      const change = atomic()
      change.persistent_store.check('lock', mintVersion()).increment('text')
      expect(await caught(change.commit())).toMatchObject({
        code: 'VERSION_MISMATCH',
        context: { key: 'lock' },
      })
    })
  })

  test('to change a key inside an update of it', async () => {
    await invoke(async ({ storage, atomic }) => {
      const inside = (collect: (change: AtomicChange) => unknown) => async () => {
        const change = atomic()
        collect(change)
        await change.commit()
        return 1
      }
      for (const updating of [
        persistent_store.update(
          'k',
          inside((change) => change.persistent_store.increment('k')),
        ),
        persistent_store.update(
          'k',
          inside((change) => change.persistent_store.delete('k')),
        ),
        storage.update('k', async () => {
          await inside((change) => change.storage.set('k', encode('v')))()
          return encode('v')
        }),
      ]) {
        expect(await caught(updating)).toMatchObject({ code: 'NESTED_UPDATE' })
      }
      expect(
        await persistent_store.update(
          'k',
          inside((change) => change.storage.delete('k')),
        ),
      ).toBe(1)
    })
  })

  test('to be committed after its invocation, or when that was aborted', async () => {
    const kept: Session[] = []
    await invoke((session) => void kept.push(session))
    const late = kept[0]?.atomic()
    late?.persistent_store.set('k', 1)
    expect(await caught(late?.commit() ?? Promise.resolve())).toMatchObject({
      code: 'INVOCATION_CLOSED',
    })
    const controller = new AbortController()
    await invoke(
      async ({ atomic }) => {
        const change = atomic()
        change.persistent_store.increment('k')
        controller.abort()
        expect(await caught(change.commit())).toMatchObject({ code: 'ABORTED' })
      },
      { signal: controller.signal },
    )
  })
})
