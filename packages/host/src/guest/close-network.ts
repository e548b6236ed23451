import type { Socket as NetSocket } from 'node:net'
import { accessDenied } from './access-denied.ts'

/**
 * Closes the network to a plugin: connections, servers, datagrams, unix sockets and lookups of
 * names. The functions of Node's modules say why they fail, where those of a Node that has closed
 * the network itself would end the process, too. Under an older Node, the methods of the handles
 * below them, by which alone they reach the system, fail for whoever gets hold of these.
 *
 * @param connection the socket to the host, over a pipe, which stays open
 */
export function closeNetwork(connection: NetSocket): void {
  const [major = 0] = process.versions.node.split('.').map(Number)
  if (major < 25) closeHandles(connection)
  closeSockets()
  closeNames()
}

type Methods = Record<string, (...args: unknown[]) => unknown>

/** Where Node's objects keep what does their work. */
interface WithHandle {
  readonly ['_handle']: Methods
}

interface NetInternals {
  readonly ['_createServerHandle']: (address: string, port: number, type: number) => Methods
}

interface DatagramInternals {
  readonly ['_createSocketHandle']: (address: string, port: number, type: string) => Methods
}

function closeHandles(connection: NetSocket): void {
  const net = process.getBuiltinModule('node:net') as unknown as NetInternals
  const dgram = process.getBuiltinModule('node:dgram') as unknown as DatagramInternals
  const { Resolver } = process.getBuiltinModule('node:dns')
  const stream = net['_createServerHandle']('0.0.0.0', 0, 4)
  const datagrams = dgram['_createSocketHandle']('', 0, 'udp4')
  closeHandle(stream, /^(?:connect|bind|listen)6?$/)
  closeHandle(datagrams, /^(?:connect|bind|send)6?$/)
  closeHandle((connection as unknown as WithHandle)['_handle'], /^(?:connect|bind|listen)$/)
  closeHandle((new Resolver() as unknown as WithHandle)['_handle'], /^(?:query|getHostByAddr)/)
  stream['close']?.()
  datagrams['close']?.()
}

/** The methods report by a negative number, and what calls them raises an error of its own. */
function closeHandle(handle: Methods, names: RegExp): void {
  const { EACCES } = process.getBuiltinModule('node:os').constants.errno
  const prototype = Object.getPrototypeOf(handle) as object
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (names.test(name)) Object.assign(prototype, { [name]: () => -EACCES })
  }
}

function closeSockets(): void {
  const { Socket, Server } = process.getBuiltinModule('node:net')
  Object.assign(Socket.prototype, {
    connect(this: InstanceType<typeof Socket>) {
      return this.destroy(networkDenied())
    },
  })
  Object.assign(Server.prototype, {
    listen(this: InstanceType<typeof Server>) {
      process.nextTick(() => this.emit('error', networkDenied()))
      return this
    },
  })
}

function closeNames(): void {
  const dns = process.getBuiltinModule('node:dns')
  for (const name of ['lookup', 'lookupService']) {
    Object.assign(dns, {
      [name]: (...args: unknown[]) => {
        const callback = args.at(-1)
        if (typeof callback !== 'function') throw networkDenied()
        process.nextTick(callback, networkDenied())
      },
    })
    Object.assign(dns.promises, { [name]: () => Promise.reject(networkDenied()) })
  }
}

function networkDenied(): Error {
  return accessDenied(
    'The plugin has no permission for the network. It asks for it by "permissions": { "network": true } of "holdfast" in its package.json, and the operator grants it.',
  )
}
