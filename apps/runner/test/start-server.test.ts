import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, readManifest } from '@holdfast/host'
import { expect, onTestFinished, test } from 'vitest'
import { startServer } from '../src/http/start-server.ts'
import { desk } from './holdfast.ts'

test('a client that does not finish its headers is sent away, and one that takes long for its body is not', async () => {
  const driver = createMemoryDriver()
  await driver.open()
  const host = createHost({ driver, plugins: [await readManifest(desk)], mode: 'inline' })
  const server = await startServer({
    host,
    address: '127.0.0.1',
    port: 0,
    token: null,
    settings: new Map(),
    onFault: () => undefined,
    headersTimeoutMs: 200,
  })
  onTestFinished(async () => {
    await server.drain(1_000)
    await driver.close()
  })

  const { port } = server
  const slowBody = connect(port, '127.0.0.1').setEncoding('utf8')
  const head = 'POST /e/acme/desk/upload HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n'
  slowBody.write(`${head}content-length: 6\r\n\r\none`)
  const [first] = (await once(slowBody, 'data')) as [string]
  const slowHeaders = connect(port, '127.0.0.1').setEncoding('utf8')
  slowHeaders.write('GET /healthz HTTP/1.1\r\nhost: local')

  expect(await text(slowHeaders)).toMatch(/^HTTP\/1\.1 408 /)
  slowBody.write('two')
  expect(first + (await text(slowBody))).toMatch(/^HTTP\/1\.1 200 [^]*one[^]*two/)
})
