import { describeValue, MisuseError, parseWorkspaceId } from '@holdfast/core'
import type { EndpointCall, ToolCall } from './host.ts'

/**
 * Holds a call against what it may be, for whoever embeds a host may not use TypeScript, and ids often
 * come from outside.
 *
 * @throws {@link HoldfastError} `INVALID_WORKSPACE_ID`
 * @throws {@link MisuseError} `WRONG_TYPE`
 */
export function checkCall(call: Pick<ToolCall | EndpointCall, 'workspace'>): void {
  parseWorkspaceId(call.workspace)
  for (const field of ['tool', 'path']) {
    const value: unknown = (call as Readonly<Record<string, unknown>>)[field]
    if (value === undefined ? isMissing(call, field) : typeof value !== 'string') {
      throw new MisuseError(
        'WRONG_TYPE',
        `The ${field} of a call is a string; got ${describeValue(value)}.`,
      )
    }
  }
}

/** A call has one of the two. */
function isMissing(call: object, field: string): boolean {
  return field === 'tool' ? !('path' in call) : !('tool' in call)
}
