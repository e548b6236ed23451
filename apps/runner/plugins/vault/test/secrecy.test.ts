import { inspect } from 'node:util'
import { testPlugin, type TestPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import definition from '../src/index.ts'

const secret = 'hunter2-correct-horse'
const service = 'github'

/** All that an error shows to whoever prints it, its causes too. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    return inspect(error, { depth: Infinity, showHidden: true })
  }
  throw new Error('The call did not fail.')
}

test('no message but the variable that was asked for contains a token', async () => {
  const plugin = testPlugin(definition)
  const messages = [
    await plugin.run('store-token', { service, token: `${secret}-1` }),
    await plugin.run('use-token', { service }),
    await plugin.run('rotate-token', { service, token: `${secret}-2` }),
    await plugin.run('use-token', { service, previous: true }),
    await plugin.run('use-token', { service, reveal: true }),
    await plugin.run('list-tokens'),
    await plugin.run('revoke-token', { service }),
  ].flat()
  expect(
    messages.filter((message) => inspect(message, { depth: Infinity }).includes(secret)),
  ).toEqual([{ type: 'variable', name: 'token', value: `${secret}-2` }])
})

const failures: Record<string, (plugin: TestPlugin) => Promise<unknown>> = {
  'a token with a space': (plugin) => plugin.run('store-token', { service, token: `${secret} ` }),
  'a token that is too long': (plugin) =>
    plugin.run('store-token', { service, token: secret.repeat(200) }),
  'a token inside of something else': (plugin) =>
    plugin.run('store-token', { service, token: { value: secret } }),
  'a token in the place of the service': (plugin) =>
    plugin.run('store-token', { service: `Bearer ${secret}`, token: service }),
  'a token in the place of a fingerprint': (plugin) =>
    plugin.run('rotate-token', { service, token: 'new', replaces: secret }),
  'a service that has a token': (plugin) => plugin.run('store-token', { service, token: secret }),
  'a rotation for a service without a token': (plugin) =>
    plugin.run('rotate-token', { service: 'gitlab', token: secret }),
  'a rotation that replaces another token': (plugin) =>
    plugin.run('rotate-token', { service, token: secret, replaces: '00000000' }),
  'a rotation that is slower than another': (plugin) =>
    Promise.all([
      plugin.run('rotate-token', { service, token: `${secret}-1` }),
      plugin.run('rotate-token', { service, token: `${secret}-2` }),
    ]),
  'a token that is over the quota': (plugin) =>
    plugin.run('store-token', { service: 'gitlab', token: secret.repeat(100) }),
  'a rotation that is over the quota': (plugin) =>
    plugin.run('rotate-token', { service, token: secret.repeat(100) }),
  'a previous token that is not there': (plugin) =>
    plugin.run('use-token', { service, previous: true }),
}

test.each(Object.entries(failures))('no error about %s contains a token', async (_case, fail) => {
  const plugin = testPlugin(definition, { quotaBytes: 1_000 })
  await plugin.run('store-token', { service, token: `${secret}-0` })
  expect(await errorOf(fail(plugin))).not.toContain(secret)
})

test.each([
  ['token', { token: '' }],
  ['token', { token: 'a\nb' }],
  ['token', { token: 'ü' }],
  ['service', { service: 'GitHub' }],
  ['service', { service: '../tokens' }],
  ['expiresInMs', { expiresInMs: 0 }],
  ['expiresInMs', { expiresInMs: '1h' }],
])('a wrong %s is refused by name, and nothing is stored', async (field, wrong) => {
  const plugin = testPlugin(definition)
  const attempt = plugin.run('store-token', { service, token: secret, ...wrong })
  await expect(attempt).rejects.toMatchObject({
    code: 'INVALID_PARAMETERS',
    context: { fields: [field] },
  })
  expect(await Array.fromAsync(plugin.storage.keys())).toEqual([])
})
