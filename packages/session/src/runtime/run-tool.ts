import { HoldfastError, quoteOrDescribe } from '@holdfast/core'
import type { InvocationContext } from '../invocation/invocation-context.ts'
import { Invocation } from '../invocation/invocation.ts'
import { refuseAborted } from '../invocation/live-context.ts'
import { parseMessage } from '../make-message.ts'
import type { Message } from '../message.ts'
import type { PluginDefinition } from '../plugin-definition.ts'
import type { ToolClass } from '../tool.ts'
import { generateInside } from './generate-inside.ts'
import { parseParameters } from './parse-parameters.ts'
import { pluginFailure } from './plugin-failure.ts'

/**
 * Runs one attempt of a tool, message by message as they are asked for. Nothing runs before the
 * first is. The invocation ends when the tool does, or when the caller returns the generator: that
 * returns the tool's own, so that its `finally` blocks run, and still inside the invocation.
 *
 * The signal of the context ends the tool before its next message; within a step it reaches the
 * calls to the stores, and the tool itself through `session.signal`.
 *
 * @throws {@link HoldfastError} `TOOL_NOT_FOUND`; `INVALID_PARAMETERS`; `INVALID_MESSAGE`;
 * `ABORTED`; `TOOL_FAILED` for what the tool throws that is no error of Holdfast
 */
export async function* runTool(
  plugin: PluginDefinition,
  tool: string,
  parameters: unknown,
  context: InvocationContext,
): AsyncGenerator<Message, void, void> {
  const toolClass = findTool(plugin, tool)
  const invocation = new Invocation(context)
  try {
    refuseAborted(context.signal)
    yield* runClass(toolClass, tool, parameters, invocation)
  } catch (error) {
    throw pluginFailure('TOOL_FAILED', `The tool ${JSON.stringify(tool)}`, error)
  } finally {
    invocation.close()
  }
}

async function* runClass(
  toolClass: ToolClass,
  name: string,
  sent: unknown,
  invocation: Invocation,
): AsyncGenerator<Message, void, void> {
  const parameters = await invocation.run(() => parseParameters(name, toolClass, sent))
  const output: unknown = invocation.run(() => {
    const tool = new toolClass()
    tool['~bind'](invocation)
    return tool.invoke(parameters)
  })
  if (isAsyncGenerator(output)) {
    yield* generateInside(invocation, output)
    return
  }
  const message: unknown = await output
  if (message !== undefined) yield parseMessage(message)
}

function findTool(plugin: PluginDefinition, name: string): ToolClass {
  const tool = plugin.tools.get(name)
  if (tool !== undefined) return tool
  const known = [...plugin.tools.keys()].join(', ')
  throw new HoldfastError(
    'TOOL_NOT_FOUND',
    `The plugin has no tool ${quoteOrDescribe(name)}; ${known === '' ? 'it has none' : `it has ${known}`}.`,
    { context: { tool: name } },
  )
}

function isAsyncGenerator(value: unknown): value is AsyncGenerator<unknown, unknown, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
