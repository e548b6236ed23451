import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { hostname, networkInterfaces, tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Targets } from './probe/probe.ts'

/** What the probes aim at; a host adds its own process. */
export interface OpenTargets extends AsyncDisposable {
  readonly targets: Omit<Targets, 'hostPid' | 'otherPid'>
}

/** Sets up all that the probes aim at, open to every user of this machine. */
export async function openTargets(): Promise<OpenTargets> {
  const secret = `secret-${crypto.randomUUID()}`
  const root = await mkdtemp(join(tmpdir(), 'holdfast-leaks-'))
  const folder = join(root, 'folder')
  await mkdir(folder)
  await Promise.all([chmod(root, 0o755), chmod(folder, 0o777)])

  const hostFile = join(root, 'host.env')
  const otherPluginFile = join(root, 'other.json')
  const storeFile = join(root, 'store.sqlite')
  await writeFile(hostFile, `SECRET=${secret}\n`)
  await writeFile(otherPluginFile, JSON.stringify({ secret }))
  const store = new DatabaseSync(storeFile)
  store.exec('create table kept (key text)')
  store.close()

  const socketPath = join(root, 'server.sock')
  const abstractSocket = `holdfast-${secret}`
  const tcp = createServer(greet).listen(0, 'localhost')
  const unix = createServer(greet).listen(socketPath)
  const abstract = createServer(greet).listen(`\0${abstractSocket}`)
  const datagrams = createSocket('udp4', (message, from) => {
    datagrams.send(message, from.port, from.address)
  }).bind(0, '127.0.0.1')
  await Promise.all([tcp, unix, abstract, datagrams].map((server) => once(server, 'listening')))
  await chmod(socketPath, 0o777)

  return {
    targets: {
      secret,
      hostFile,
      otherPluginFile,
      storeFile,
      folder,
      addon: findAddon(),
      port: portOf(tcp),
      socketPath,
      abstractSocket,
      datagramPort: datagrams.address().port,
      otherWorkspace: 'other',
      hostName: hostname(),
      networkAddress: findAddress(),
      memoryBytes: totalmem(),
    },
    async [Symbol.asyncDispose]() {
      const servers = [tcp, unix, abstract]
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
      await datagrams[Symbol.asyncDispose]()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** Says what a client of HTTP takes for an answer, and any other for a greeting. */
function greet(socket: Socket): void {
  socket.on('error', () => undefined).resume()
  socket.write('HTTP/1.1 204 No Content\r\nx-greeting: hello\r\n\r\n')
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

function findAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return (addresses.find(({ internal }) => !internal) ?? addresses[0])?.address ?? 'none'
}

/** Any native addon that loads; the tools of this repository have some. */
function findAddon(): string {
  const pattern = 'node_modules/.pnpm/@oxc-resolver+binding*/node_modules/@oxc-resolver/*/*.node'
  const root = resolve(import.meta.dirname, '../../../..')
  return join(root, globSync(pattern, { cwd: root })[0] ?? '')
}
