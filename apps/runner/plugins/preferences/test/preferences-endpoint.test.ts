import { testPlugin, type TestPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import definition from '../src/index.ts'
import { jsonOf } from './json-of.ts'

const path = '/preferences/ada%40example.org'

function patch(plugin: TestPlugin, body: string, to = path): Promise<Response> {
  return plugin.request(to, { method: 'PATCH', body })
}

test('PATCH changes what GET and the tools give', async () => {
  const plugin = testPlugin(definition)
  const response = await patch(plugin, '{"theme":"dark","emails":false}')
  expect(response.status).toBe(200)
  const changed: unknown = await response.json()
  expect(changed).toMatchObject({ preferences: { theme: 'dark', emails: false } })
  expect(await (await plugin.request(path)).json()).toEqual(changed)
  const user = 'ada@example.org'
  expect(jsonOf(await plugin.run('get-preferences', { user }))).toEqual(changed)
})

test.each([
  ['a wrong field', '{"quietHours":{"from":"25:00","to":"07:00"}}', 422, 'quietHours.from'],
  ['no setting', '{}', 422, 'theme'],
  ['no JSON', 'theme=dark', 400, 'not JSON'],
])(
  'PATCH with %s is refused by problem details, and nothing is stored',
  async (_case, body, status, detail) => {
    const plugin = testPlugin(definition)
    const response = await patch(plugin, body)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({ status, detail: expect.stringContaining(detail) })
    expect(await Array.fromAsync(plugin.persistent_store.keys())).toEqual([])
  },
)

test('an id that no user can have is refused', async () => {
  const response = await testPlugin(definition).request(`/preferences/${'a'.repeat(129)}`)
  expect(response.status).toBe(400)
})

test('another method is refused, and the allowed ones are named', async () => {
  const response = await testPlugin(definition).request(path, { method: 'DELETE' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD, PATCH')
})
