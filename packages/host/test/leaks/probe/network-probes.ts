import dgram from 'node:dgram'
import dns from 'node:dns'
import { once } from 'node:events'
import http from 'node:http'
import net, { type Socket } from 'node:net'
import tls from 'node:tls'
import type { Probe } from './probe.ts'

interface Handle {
  readonly constructor: new (kind: number) => RawHandle
  readonly ['_parent']?: Handle
}

interface RawHandle {
  readonly bind: (address: string, port?: number) => number
  readonly close: () => void
}

interface WithHandle {
  readonly ['_handle']: Handle | null
}

async function greet(socket: Socket): Promise<string> {
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return greeting.toString()
}

async function serve(address: object): Promise<string> {
  const server = net.createServer()
  server.listen(address)
  await once(server, 'listening')
  server.close()
  return 'listening'
}

/** Makes a handle past all public functions, and has the system bind it. */
function bindRaw(like: Handle | null | undefined, address: string): string | null {
  if (like === null || like === undefined) return null
  const handle = new like.constructor(1)
  const outcome = handle.bind(address, 0)
  handle.close()
  return outcome === 0 ? 'bound' : null
}

/** Leaks by way of the network, and of sockets that look like files. */
export const networkProbes: Readonly<Record<string, Probe>> = {
  tcp: ({ port }) => greet(net.connect(port, '127.0.0.1')),
  tcpByName: ({ port }) => greet(net.connect(port, 'localhost')),
  unixSocket: ({ socketPath }) => greet(net.connect(socketPath)),
  abstractSocket: ({ abstractSocket }) => greet(net.connect(`\0${abstractSocket}`)),
  http: async ({ port }) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/http' })
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.destroy()
    return response.statusCode
  },
  fetch: async ({ port }) => (await fetch(`http://127.0.0.1:${port}/http`)).status,
  tls: async ({ port }) => {
    const socket = tls.connect({ port, host: '127.0.0.1' })
    // The other side speaks no TLS, and to learn that is to have reached it.
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    return error.code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
      error.code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
      error.code === 'EPROTO'
      ? error.code
      : null
  },
  datagram: async ({ datagramPort }) => {
    const socket = dgram.createSocket('udp4')
    socket.connect(datagramPort, '127.0.0.1')
    await once(socket, 'connect')
    socket.send('hello')
    const [answer] = (await once(socket, 'message')) as [Buffer]
    socket.close()
    return answer.toString()
  },
  nameLookup: async () => (await dns.promises.lookup('localhost')).address,
  tcpServer: () => serve({ port: 0, host: '127.0.0.1' }),
  unixServer: ({ folder }) => serve({ path: `${folder}/own.sock` }),
  rawTcp: () => {
    const socket = new tls.TLSSocket(undefined as unknown as Socket)
    const { _handle: handle } = socket as unknown as WithHandle
    return bindRaw(handle?.['_parent'], '127.0.0.1')
  },
  rawPipe: ({ folder }) => {
    const { _handle: handle } = process.stdout as unknown as WithHandle
    return bindRaw(handle, `${folder}/raw.sock`)
  },
}
