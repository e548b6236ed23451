import type { PluginId } from '@holdfast/core'
import type { Contest } from '../measure/compare-rounds.ts'
import { EchoPair, type Exchange } from './echo-pair.ts'
import type { HostRow, HostRun } from './host-run.ts'
import { IpcPair } from './ipc-pair.ts'
import type { OpenHost } from './open-host.ts'
import type { TimedRound, Timing } from './plugin/time-calls.ts'
import { keyOf, largeValues, smallValues, type Values } from './plugin/values.ts'

/** What the plugin sends for a get is about that long. */
const requestBytes = 64

/** Calls of storage, timed inside the plugin that makes them. */
export function callRows(run: HostRun): readonly HostRow[] {
  return [
    echoRow(run, smallValues, {
      name: 'get-1k',
      title: 'get 1 KiB, p50 / echo of 1 KiB on a bare socketpair',
      goal: { figure: 'ratio', is: 'at most', bound: 1.5 },
      exchange: { requestBytes: smallValues.bytes, answerBytes: smallValues.bytes },
    }),
    ipcRow(run, {
      name: 'get-1k-32',
      title: 'get 1 KiB, 32 in flight / the same by fork, a message of JSON a call',
      goal: { figure: 'ratio', is: 'at least', bound: 4 },
      reader: (host, plugin) => (key) => host.read(plugin, key),
    }),
    ipcRow(run, {
      name: 'get-1k-32-bare',
      title: 'get 1 KiB, 32 in flight / the same by fork, from a Map',
      goal: null,
      reader: readerOfMap,
    }),
    echoRow(run, largeValues, {
      name: 'get-1m',
      title: 'get 1 MiB, p50 / echo of 1 MiB, there and back',
      goal: { figure: 'ratio', is: 'at most', bound: 2 },
      exchange: { requestBytes: largeValues.bytes, answerBytes: largeValues.bytes },
    }),
    echoRow(run, largeValues, {
      name: 'get-1m-answer',
      title: `get 1 MiB, p50 / ${requestBytes} bytes there, 1 MiB back`,
      goal: null,
      exchange: { requestBytes, answerBytes: largeValues.bytes },
    }),
  ]
}

type Heading = Pick<HostRow, 'name' | 'title' | 'goal'>

interface EchoHeading extends Heading {
  readonly exchange: Exchange
}

interface IpcHeading extends Heading {
  /** What answers the other's calls. */
  readonly reader: (host: OpenHost, plugin: PluginId) => (key: string) => Promise<Uint8Array>
}

function echoRow(run: HostRun, values: Values, { exchange, ...heading }: EchoHeading): HostRow {
  const round = { inFlight: 1, milliseconds: run.seconds * 1_000 }
  return {
    ...heading,
    unit: 'µs',
    async prepare(bench, signal): Promise<Contest> {
      await using stack = new AsyncDisposableStack()
      const plugin = await bench.plugin('bench')
      const host = stack.use(await bench.open([plugin], signal))
      await host.call(plugin.id, 'fill', values)
      const pair = stack.use(new EchoPair(exchange, signal))
      const owned = stack.move()
      return {
        ours: async () => (await timeGets(host, plugin.id, values, round)).p50Us,
        other: async () => (await pair.measure(round)).p50Us,
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}

function ipcRow(run: HostRun, { reader, ...heading }: IpcHeading): HostRow {
  const round = { inFlight: 32, milliseconds: run.seconds * 1_000 }
  return {
    ...heading,
    unit: 'ops/s',
    async prepare(bench, signal): Promise<Contest> {
      await using stack = new AsyncDisposableStack()
      const plugin = await bench.plugin('bench')
      const host = stack.use(await bench.open([plugin], signal))
      await host.call(plugin.id, 'fill', smallValues)
      const pair = stack.use(new IpcPair(reader(host, plugin.id), signal))
      const owned = stack.move()
      return {
        ours: async () => (await timeGets(host, plugin.id, smallValues, round)).perSecond,
        other: async () => (await pair.measure(round)).perSecond,
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}

/** Less than any store does. */
function readerOfMap(): (key: string) => Promise<Uint8Array> {
  const { bytes, count } = smallValues
  const values = new Map(
    Array.from({ length: count }, (_, index) => [
      keyOf(smallValues, index),
      new Uint8Array(bytes).fill(index),
    ]),
  )
  return async (key) => values.get(key) ?? new Uint8Array()
}

async function timeGets(
  host: OpenHost,
  plugin: PluginId,
  values: Values,
  { inFlight, milliseconds }: TimedRound,
): Promise<Timing> {
  const timing = await host.ask(plugin, 'time-gets', { values, inFlight, milliseconds })
  return timing as Timing
}
