import { Socket } from 'node:net'
import { HoldfastError } from '@holdfast/core'
import type { LogLevel } from '@holdfast/session'
import { Connection } from '../wire/connection.ts'
import { encodeError } from '../wire/error-codec.ts'
import { frameType } from '../wire/frame-type.ts'
import type { LoadOrder } from '../wire/load-order.ts'
import { protocolVersion } from '../wire/protocol-version.ts'
import { captureConsole } from './capture-console.ts'
import { explainFailure } from './explain-failure.ts'
import { findCollector } from './find-collector.ts'
import { Guest, type GuestPlugin } from './guest.ts'
import { harden } from './harden.ts'
import { type HandedScript, loadEntry } from './load-entry.ts'
import { LogSender } from './log-sender.ts'

const socket = new Socket({
  fd: 3,
  readable: true,
  writable: true,
  // One buffer for all that comes: what is kept of it is copied.
  onread: {
    buffer: Buffer.allocUnsafeSlow(65_536),
    callback(length, buffer) {
      connection.receive(Buffer.from(buffer.buffer, buffer.byteOffset, length))
      return true
    },
  },
})

const connection: Connection = new Connection(socket, {
  onMessage: (type, id, payload) => guest.handle(type, id, payload),
  // Without a host there is nobody to work for.
  onClose: () => process.exit(0),
})

const guest: Guest = new Guest(connection, loadPlugin, failLoading)

async function loadPlugin(order: LoadOrder, script: HandedScript | null): Promise<GuestPlugin> {
  Object.assign(process.env, order.environment)
  const logs = new LogSender(connection)
  captureConsole((level: LogLevel, text: string) => logs.send(level, text))
  return { order, definition: await loadEntry(order, script) }
}

function failLoading(to: Connection, error: unknown, order: LoadOrder): void {
  const failure = explainFailure(error, order)
  if (failure === null) {
    process.nextTick(() => {
      throw error
    })
    return
  }
  const json = encodeError(
    failure,
    (cause) => new HoldfastError('PLUGIN_LOAD_FAILED', 'The plugin cannot be loaded.', { cause }),
  )
  to.begin(frameType.loadFailed, 0).text(json).end()
}

// Before it is known for which plugin, so that a plugin need not wait for it.
harden({ network: process.argv.includes('--network'), connection: socket })

connection
  .begin(frameType.ready, 0)
  .u32(protocolVersion)
  .text(`node ${process.versions.node}`)
  .end()
// The host can begin while this goes on.
connection.flush()
guest.keepSmall(findCollector())
