import { definePlugin, type Session, Tool } from '@holdfast/session'
import { runTool } from '@holdfast/session/runtime'
import { type ContextOptions, makeContext } from './make-context.ts'

/** Runs a function as a tool, in an invocation of its own. */
export async function invoke(
  work: (session: Session) => unknown,
  options: ContextOptions = {},
): Promise<void> {
  class Work extends Tool {
    async invoke() {
      await work(this.session)
    }
  }
  const plugin = definePlugin({ tools: { work: Work } })
  await Array.fromAsync(runTool(plugin, 'work', {}, await makeContext(options)))
}
