import { createReadStream } from 'node:fs'
import { expect, test } from 'vitest'
import { caught } from './caught.ts'
import { invoke } from './invoke.ts'
import { openDriver } from './make-context.ts'

// An error of a stream that nobody listens to would end the process.
test.for([
  ['a key that is none', '', {}],
  ['an option that is wrong', 'k', { expiresInMs: -1 }],
  ['the file that is not there', 'k', {}],
] as const)(
  'a stream of a file that is not there fails a set for %s alone',
  async ([, key, options]) => {
    await invoke(async ({ storage }) => {
      const source = createReadStream('/not/there')
      const closed = new Promise<void>((resolve) => source.once('close', () => resolve()))
      const error = await caught(storage.set(key, source, options))
      await closed
      expect(['INVALID_KEY', 'INVALID_ARGUMENT', 'BODY_FAILED']).toContain(error.code)
    })
  },
)

test('a stream that has failed before a store begins to read it fails the set', async () => {
  const driver = await openDriver()
  const source = createReadStream('/not/there')
  const closed = new Promise<void>((resolve) => source.once('close', () => resolve()))
  driver.writeStream = async (_scope, { body }) => {
    await closed
    await Array.fromAsync(body)
  }
  await invoke(
    async ({ storage }) => {
      expect(await caught(storage.set('k', source))).toMatchObject({
        code: 'BODY_FAILED',
        cause: { code: 'ENOENT' },
      })
    },
    { driver },
  )
})

test('a stream of a file that may not be read fails the set in plain words', async () => {
  const message = 'Access to this API has been restricted.'
  const facts = { code: 'ERR_ACCESS_DENIED', permission: 'FileSystemRead', resource: '/etc/hosts' }
  await invoke(async ({ storage }) => {
    const source = (async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
      throw Object.assign(new Error(message), facts)
    })()
    expect(await caught(storage.set('k', source))).toMatchObject({
      code: 'BODY_FAILED',
      message: expect.stringContaining('it may not read /etc/hosts. In a process of its own'),
    })
  })
})
