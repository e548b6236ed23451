import type { SessionStorage } from '@holdfast/session'
import { type TestPlugin, testPlugin } from '@holdfast/session/testing'
import { expect, test } from 'vitest'
import files from '../src/index.ts'
import { serveFile } from '../src/serve-file.ts'

const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index)

/** A plugin that has stored all bytes as `photo.png`, and the ETag of that. */
async function withPhoto(): Promise<{ plugin: TestPlugin; etag: string }> {
  const plugin = testPlugin(files)
  const { headers } = await put(plugin, '/files/photo.png', allBytes)
  return { plugin, etag: headers.get('etag') ?? '' }
}

function put(
  plugin: TestPlugin,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  headers = {},
): Promise<Response> {
  return plugin.request(path, { method: 'PUT', body, headers })
}

test('gives back what was put, with its type, its length and its version', async () => {
  const { plugin, etag } = await withPhoto()
  const response = await plugin.request('/files/photo.png')
  expect(response.status).toBe(200)
  expect(Object.fromEntries(response.headers)).toEqual({
    'accept-ranges': 'bytes',
    'cache-control': 'no-cache',
    'content-disposition': `attachment; filename="photo.png"; filename*=UTF-8''photo.png`,
    'content-length': '256',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-type': 'image/png',
    etag,
    'last-modified': new Date(plugin.clock.now()).toUTCString(),
    'x-content-type-options': 'nosniff',
  })
  expect(await response.bytes()).toEqual(allBytes)
})

test('answers HEAD like GET, without the content', async () => {
  const { plugin } = await withPhoto()
  const [get, head] = await Promise.all(
    ['GET', 'HEAD'].map((method) => plugin.request('/files/photo.png', { method })),
  )
  expect(Object.fromEntries(head?.headers ?? [])).toEqual(Object.fromEntries(get?.headers ?? []))
  expect(await head?.text()).toBe('')
})

test('says whether a PUT has created or replaced the file, and gives it a new version', async () => {
  const plugin = testPlugin(files)
  const created = await put(plugin, '/files/a', allBytes)
  const replaced = await put(plugin, '/files/a', allBytes)
  expect([created.status, replaced.status]).toEqual([201, 204])
  expect(created.headers.get('etag')).not.toBe(replaced.headers.get('etag'))
})

test('takes the type from the request, and from the name where that has none', async () => {
  const plugin = testPlugin(files)
  await put(plugin, '/files/a.txt', allBytes, { 'content-type': 'text/csv; charset=utf-8' })
  await put(plugin, '/files/b.txt', allBytes)
  const types = ['a.txt', 'b.txt'].map(async (name) => {
    const response = await plugin.request(`/files/${name}`)
    return response.headers.get('content-type')
  })
  expect(await Promise.all(types)).toEqual(['text/csv; charset=utf-8', 'text/plain'])
})

test.each([
  ['/files/a/b/c.txt', 'a/b/c.txt', `filename="c.txt"; filename*=UTF-8''c.txt`],
  ['/files/a%2Fb%2F%2Fc', 'a/b//c', `filename="c"; filename*=UTF-8''c`],
  [
    "/files/%C3%A9%20%22'.txt",
    'é "\'.txt',
    `filename="_ _'.txt"; filename*=UTF-8''%C3%A9%20%22%27.txt`,
  ],
  ['/files/a%0D%0Ax%3A%20y', 'a\r\nx: y', `filename="a__x: y"; filename*=UTF-8''a%0D%0Ax%3A%20y`],
  ['/files/%E7%8C%AB', '猫', `filename="_"; filename*=UTF-8''%E7%8C%AB`],
  ['/files/100%25', '100%', `filename="100_"; filename*=UTF-8''100%25`],
])('understands the name in %s', async (path, name, filename) => {
  const plugin = testPlugin(files)
  expect(await put(plugin, path, allBytes)).toMatchObject({ status: 201 })
  expect(await plugin.storage.get(name)).toEqual(allBytes)
  const response = await plugin.request(path)
  expect(response.headers.get('content-disposition')).toBe(`attachment; ${filename}`)
})

test('answers 304 to one who has the version already', async () => {
  const { plugin, etag } = await withPhoto()
  for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const headers = { 'if-none-match': condition }
    const response = await plugin.request('/files/photo.png', { headers })
    expect(response).toMatchObject({ status: 304, body: null })
    expect(response.headers.get('etag')).toBe(etag)
  }
  const headers = { 'if-none-match': '"other"' }
  expect(await plugin.request('/files/photo.png', { headers })).toMatchObject({ status: 200 })
})

test.each(['PUT', 'DELETE'])('lets %s act upon the version that it names alone', async (method) => {
  const { plugin, etag } = await withPhoto()
  const act = async (headers: object): Promise<number> => {
    const body = method === 'PUT' ? 'new' : null
    const request = { method, body, headers: { ...headers } }
    return (await plugin.request('/files/photo.png', request)).status
  }
  expect(await act({ 'if-match': '"other"' })).toBe(412)
  expect(await act({ 'if-match': `W/${etag}` })).toBe(412)
  expect(await act({ 'if-none-match': '*' })).toBe(412)
  expect(await act({ 'if-none-match': etag })).toBe(412)
  expect(await plugin.storage.get('photo.png')).toEqual(allBytes)
  expect(await act({ 'if-match': `"other", ${etag}` })).toBe(204)
  expect(await act({ 'if-match': etag })).toBe(412)
})

test('lets If-None-Match: * create a file, and If-Match: * none', async () => {
  const plugin = testPlugin(files)
  expect(await put(plugin, '/files/a', allBytes, { 'if-match': '*' })).toMatchObject({
    status: 412,
  })
  expect(await put(plugin, '/files/a', allBytes, { 'if-none-match': '*' })).toMatchObject({
    status: 201,
  })
  expect(await put(plugin, '/files/a', allBytes, { 'if-match': '*' })).toMatchObject({
    status: 204,
  })
})

test.each([
  ['PUT', 'photo.png', 204],
  ['PUT', 'new', 201],
  ['DELETE', 'photo.png', 204],
])('lets one of many conditional %s of %s win', async (method, name, won) => {
  const { plugin, etag } = await withPhoto()
  const headers: Record<string, string> =
    name === 'new' ? { 'if-none-match': '*' } : { 'if-match': etag }
  const responses = await Promise.all(
    Array.from({ length: 10 }, (_, index) => {
      const body = method === 'PUT' ? `content ${index}` : null
      return plugin.request(`/files/${name}`, { method, headers, body })
    }),
  )
  const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses.join(' ')).toBe(`${won}${' 412'.repeat(9)}`)
})

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=250-', 250, 256],
  ['bytes=-6', 250, 256],
  ['bytes=250-9999', 250, 256],
  ['bytes=-9999', 0, 256],
])('gives the part %s', async (range, start, end) => {
  const { plugin } = await withPhoto()
  const response = await plugin.request('/files/photo.png', { headers: { range } })
  expect(response.status).toBe(206)
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/256`)
  expect(response.headers.get('content-length')).toBe(String(end - start))
  expect(await response.bytes()).toEqual(allBytes.slice(start, end))
})

test.each(['bytes=256-', 'bytes=300-400', 'bytes=-0'])('has no part %s', async (range) => {
  const { plugin } = await withPhoto()
  const response = await plugin.request('/files/photo.png', { headers: { range } })
  expect(response.status).toBe(416)
  expect(response.headers.get('content-range')).toBe('bytes */256')
})

test.each(['bytes=9-0', 'bytes=-', 'bytes=a-b', 'bytes=0-1,4-5', 'lines=0-1'])(
  'gives the whole file for %s',
  async (range) => {
    const { plugin } = await withPhoto()
    const response = await plugin.request('/files/photo.png', { headers: { range } })
    expect(response.status).toBe(200)
    expect(await response.bytes()).toEqual(allBytes)
  },
)

test('gives a part only to one who has the rest of the same version', async () => {
  const { plugin, etag } = await withPhoto()
  const get = (ifRange: string): Promise<Response> =>
    plugin.request('/files/photo.png', { headers: { range: 'bytes=0-0', 'if-range': ifRange } })
  expect(await get(etag)).toMatchObject({ status: 206 })
  expect(await get('"other"')).toMatchObject({ status: 200 })
})

test('gives no part of a version that came after it was asked for', async () => {
  const { plugin, etag } = await withPhoto()
  const { storage } = plugin
  let isReplaced = false
  const racing = {
    async stat(name: string) {
      const found = await storage.stat(name)
      if (!isReplaced) await storage.set(name, new TextEncoder().encode('another'))
      isReplaced = true
      return found
    },
    stream: (...call: Parameters<SessionStorage['stream']>) => storage.stream(...call),
  }
  const headers = { range: 'bytes=0-0', 'if-range': etag }
  const request = new Request('http://plugin.test', { headers })
  const response = await serveFile(request, racing as SessionStorage, 'photo.png')
  expect([response.status, await response.text()]).toEqual([200, 'another'])
})

test('takes no file for one whose name begins alike', async () => {
  const { plugin } = await withPhoto()
  for (const method of ['GET', 'DELETE']) {
    expect(await plugin.request('/files/photo', { method })).toMatchObject({ status: 404 })
  }
})

test('deletes a file', async () => {
  const { plugin } = await withPhoto()
  const remove = (): Promise<Response> => plugin.request('/files/photo.png', { method: 'DELETE' })
  expect(await remove()).toMatchObject({ status: 204 })
  expect(await remove()).toMatchObject({ status: 404 })
  const response = await plugin.request('/files/photo.png')
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(await response.json()).toMatchObject({ status: 404, title: 'Not found' })
})

test('lists files by prefix and page by page', async () => {
  const plugin = testPlugin(files)
  for (const name of ['b/2', 'a', 'b/1']) await put(plugin, `/files/${name}`, allBytes)
  const first = (await (await plugin.request('/files?prefix=b/&limit=1')).json()) as {
    files: object[]
    cursor: string
  }
  expect(first.files).toMatchObject([{ name: 'b/1', type: 'application/octet-stream', bytes: 256 }])
  const next = await plugin.request(`/files?prefix=b/&cursor=${first.cursor}`)
  expect(await next.json()).toMatchObject({ files: [{ name: 'b/2' }], cursor: null })
})

test.each(['0', '-1', 'many', '1001'])('refuses to list %s files', async (limit) => {
  await expect(testPlugin(files).request(`/files?limit=${limit}`)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

test('shows everybody what is below public/, for reading only', async () => {
  const plugin = testPlugin(files)
  await put(plugin, '/files/public/logo.svg', allBytes)
  await put(plugin, '/files/secret.txt', allBytes)
  const response = await plugin.request('/public/logo.svg')
  expect(response.headers.get('content-type')).toBe('image/svg+xml')
  expect(await response.bytes()).toEqual(allBytes)
  for (const path of ['/public/secret.txt', '/public/..%2Fsecret.txt', '/public/%2Fsecret.txt']) {
    expect(await plugin.request(path)).toMatchObject({ status: 404 })
  }
  for (const method of ['PUT', 'DELETE', 'POST']) {
    expect(await plugin.request('/public/logo.svg', { method })).toMatchObject({ status: 405 })
  }
})

test('names the methods that there are', async () => {
  const plugin = testPlugin(files)
  const one = await plugin.request('/files/a', { method: 'POST' })
  const all = await plugin.request('/files', { method: 'DELETE' })
  expect([one.status, one.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, DELETE'])
  expect([all.status, all.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
})

test('says when the quota is full, and stores nothing', async () => {
  const plugin = testPlugin(files, { quotaBytes: 100 })
  await expect(put(plugin, '/files/a', allBytes)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' })
  expect(await plugin.request('/files/a')).toMatchObject({ status: 404 })
})

test('stops to read a body that is over the quota', async () => {
  const chunk = new Uint8Array(2 ** 20)
  let sent = 0
  const body = new ReadableStream({
    pull(controller) {
      sent += chunk.length
      controller.enqueue(chunk)
    },
  })
  const request = new Request('http://plugin.test', { method: 'PUT', body, duplex: 'half' })
  await expect(
    testPlugin(files, { quotaBytes: 2 ** 22 }).request('/files/a', request),
  ).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
  })
  expect(sent).toBeLessThan(2 ** 23)
})
