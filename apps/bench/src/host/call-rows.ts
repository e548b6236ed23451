import type { PluginId } from '@holdfast/core'
import type { Contest } from '../measure/compare-rounds.ts'
import { EchoPair, type Exchange } from './echo-pair.ts'
import type { HostRow, HostRun } from './host-run.ts'
import { IpcPair } from './ipc-pair.ts'
import type { OpenHost } from './open-host.ts'
import type { TimedRound, Timing } from './plugin/time-calls.ts'

/** Which values the plugin gets: of `count` of the same size, one at random for each call. */
type Values = { readonly bytes: number; readonly count: number }

const small: Values = { bytes: 1_024, count: 1_000 }
const large: Values = { bytes: 1_048_576, count: 8 }

/** What the plugin sends for a get is about that long. */
const requestBytes = 64

/** Calls of storage, timed inside the plugin that makes them. */
export function callRows(run: HostRun): readonly HostRow[] {
  return [
    echoRow(run, small, {
      name: 'get-1k',
      title: 'get 1 KiB, p50 / echo of 1 KiB on a bare socketpair',
      goal: { figure: 'ratio', is: 'at most', bound: 1.5 },
      exchange: { requestBytes: small.bytes, answerBytes: small.bytes },
    }),
    ipcRow(run),
    echoRow(run, large, {
      name: 'get-1m',
      title: 'get 1 MiB, p50 / echo of 1 MiB, there and back',
      goal: { figure: 'ratio', is: 'at most', bound: 2 },
      exchange: { requestBytes: large.bytes, answerBytes: large.bytes },
    }),
    echoRow(run, large, {
      name: 'get-1m-answer',
      title: `get 1 MiB, p50 / ${requestBytes} bytes there, 1 MiB back`,
      goal: null,
      exchange: { requestBytes, answerBytes: large.bytes },
    }),
  ]
}

type EchoHeading = Pick<HostRow, 'name' | 'title' | 'goal'> & { readonly exchange: Exchange }

function echoRow(run: HostRun, values: Values, heading: EchoHeading): HostRow {
  const { exchange, ...rest } = heading
  const round = { inFlight: 1, milliseconds: run.seconds * 1_000 }
  return {
    ...rest,
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

function ipcRow(run: HostRun): HostRow {
  const round = { inFlight: 32, milliseconds: run.seconds * 1_000 }
  return {
    name: 'get-1k-32',
    title: 'get 1 KiB, 32 in flight / a message of JSON a call, fork',
    unit: 'ops/s',
    goal: { figure: 'ratio', is: 'at least', bound: 4 },
    async prepare(bench, signal): Promise<Contest> {
      await using stack = new AsyncDisposableStack()
      const plugin = await bench.plugin('bench')
      const host = stack.use(await bench.open([plugin], signal))
      await host.call(plugin.id, 'fill', small)
      const pair = stack.use(new IpcPair(signal))
      const owned = stack.move()
      return {
        ours: async () => (await timeGets(host, plugin.id, small, round)).perSecond,
        other: async () => (await pair.measure(round)).perSecond,
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
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
