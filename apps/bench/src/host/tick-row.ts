import type { HostRow, HostRun } from './host-run.ts'
import { timeCalls } from './plugin/time-calls.ts'
import { smallValues } from './plugin/values.ts'

const tick = { gets: 20, sets: 5 }

/** A tool that makes many calls at once, against one that does nothing: both seen by the caller. */
export function tickRow({ seconds }: HostRun): HostRow {
  const round = { inFlight: 1, milliseconds: seconds * 1_000 }
  return {
    name: 'tick',
    title: `a call with ${tick.gets} gets and ${tick.sets} sets of 1 KiB in one tick, p50 / an empty one`,
    unit: 'µs',
    goal: { figure: 'ratio', is: 'at most', bound: 4 },
    async prepare(bench, signal) {
      await using stack = new AsyncDisposableStack()
      const plugin = await bench.plugin('bench')
      const host = stack.use(await bench.open([plugin], signal))
      await host.call(plugin.id, 'fill', smallValues)
      const owned = stack.move()
      return {
        ours: async () => (await timeCalls(() => host.call(plugin.id, 'tick', tick), round)).p50Us,
        other: async () => (await timeCalls(() => host.call(plugin.id, 'empty'), round)).p50Us,
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      }
    },
  }
}
