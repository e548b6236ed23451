import type { Quota } from '@holdfast/core'
import { definePlugin, type Session, Tool } from '@holdfast/session'
import { bindDriver, runTool } from '@holdfast/session/runtime'
import type { Target } from './target.ts'

/**
 * Lends the session that the plugin itself would have, so that what an operator writes is held to
 * the same rules, by the same code.
 */
export async function withSession(
  { driver, scope }: Target,
  quota: Quota | null,
  signal: AbortSignal,
  use: (session: Session) => Promise<void>,
): Promise<void> {
  class Operator extends Tool {
    async invoke(): Promise<void> {
      await use(this.session)
    }
  }
  const operator = definePlugin({ tools: { operator: Operator } })
  const messages = runTool(
    operator,
    'operator',
    {},
    {
      storage: bindDriver(driver, scope, quota),
      workspace: scope.workspace,
      plugin: { id: scope.plugin, version: '0.0.0' },
      invocationId: crypto.randomUUID(),
      attempt: 1,
      signal,
      clock: Date.now,
    },
  )
  await Array.fromAsync(messages)
}
