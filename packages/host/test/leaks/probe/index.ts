import { definePlugin, type Message, Tool } from '@holdfast/session'
import { attempt, probes } from './attempt.ts'
import { keep } from './data-probes.ts'
import type { Probe, Targets } from './probe.ts'

function toolFor(probe: Probe) {
  return class extends Tool {
    async invoke(parameters: unknown): Promise<Message> {
      return this.json({ ...(await attempt(probe, parameters as Targets)) })
    }
  }
}

/** A plugin each of whose tools tries one leak, and says what came of it. */
// The host takes the default export.
// oxlint-disable-next-line import/no-default-export
export default definePlugin({
  tools: Object.fromEntries(
    Object.entries({ ...probes, keep }).map(([name, probe]) => [name, toolFor(probe)]),
  ),
})
