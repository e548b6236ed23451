import { describeValue, MisuseError, quoteOrDescribe } from '@holdfast/core'
import type { EndpointClass } from './endpoint.ts'
import { isSchema } from './is-schema.ts'
import { isKind } from './kind.ts'
import type { PluginDefinition, Route } from './plugin-definition.ts'
import { checkOptions } from './stores/parse-options.ts'
import type { ToolClass } from './tool.ts'

/** What an author lists of a plugin. */
export interface PluginOptions {
  /**
   * Tools by name. A name has 1 to 64 of the characters `A-Z a-z 0-9 _ -`, the first a letter or a
   * digit.
   */
  readonly tools?: Readonly<Record<string, ToolClass>>
  /**
   * Endpoints by path: the pathname of a URLPattern, such as `/hook`, `/files/:name` or
   * `/pages/*`. The first that matches a request, in the order written, answers it.
   */
  readonly endpoints?: Readonly<Record<string, EndpointClass>>
}

const toolName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/**
 * Names what a plugin consists of. Make it the default export of the plugin's entry.
 *
 * @throws {@link MisuseError} `INVALID_ARGUMENT` or `WRONG_TYPE`, naming the tool or the endpoint
 *
 * @example
 * ```ts
 * export default definePlugin({
 *   tools: { remember: Remember, recall: Recall },
 *   endpoints: { '/files/:name': Download },
 * })
 * ```
 */
export function definePlugin(options: PluginOptions): PluginDefinition {
  checkOptions(options, 'definePlugin', ['tools', 'endpoints'])
  const { tools = {}, endpoints = {} } = options
  return Object.freeze({
    '~holdfast': 'plugin/v1' as const,
    tools: new Map(
      Object.entries(tools).map(([name, tool]) => [checkToolName(name), checkTool(name, tool)]),
    ),
    routes: Object.freeze(
      Object.entries(endpoints).map(([path, endpoint]) => toRoute(path, endpoint)),
    ),
  })
}

function checkToolName(name: string): string {
  if (toolName.test(name)) return name
  throw new MisuseError(
    'INVALID_ARGUMENT',
    `The name of a tool has 1 to 64 of the characters A-Z, a-z, 0-9, "_" and "-", and begins with a letter or a digit; got ${quoteOrDescribe(name)}.`,
  )
}

function checkTool(name: string, tool: ToolClass): ToolClass {
  const subject = `The tool ${JSON.stringify(name)}`
  if (!isKind(tool, 'tool/v1')) throw notAClass(subject, 'Tool', tool)
  const { description, parameters } = tool
  // A class of an older copy of this package has no such field.
  const { idempotent } = tool as Partial<ToolClass>
  if (typeof description !== 'string') {
    throw wrongType(`${subject} has a string as its static description`, description)
  }
  if (parameters !== null && !isSchema(parameters)) {
    throw wrongType(
      `${subject} has null or a schema that implements Standard Schema as its static parameters`,
      parameters,
    )
  }
  if (idempotent !== undefined && typeof idempotent !== 'boolean') {
    throw wrongType(`${subject} has true or false as its static idempotent`, idempotent)
  }
  return tool
}

function toRoute(path: string, endpoint: EndpointClass): Route {
  if (!isKind(endpoint, 'endpoint/v1')) {
    throw notAClass(`The endpoint ${JSON.stringify(path)}`, 'Endpoint', endpoint)
  }
  return Object.freeze({ path, pattern: toPattern(path), endpoint })
}

function toPattern(path: string): URLPattern {
  if (!path.startsWith('/')) {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      `The path of an endpoint begins with "/"; got ${quoteOrDescribe(path)}.`,
    )
  }
  if (typeof URLPattern === 'undefined') {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      `Endpoints need Node.js 24 or newer, which has URLPattern; this is Node.js ${process.versions.node}.`,
    )
  }
  try {
    return new URLPattern({ pathname: path })
  } catch (cause) {
    throw new MisuseError(
      'INVALID_ARGUMENT',
      `The path ${quoteOrDescribe(path)} of an endpoint is no pathname of a URLPattern.`,
      { cause },
    )
  }
}

function notAClass(subject: string, base: string, got: unknown): MisuseError {
  return wrongType(`${subject} is a class that extends ${base}, and not an instance of it`, got)
}

function wrongType(rule: string, got: unknown): MisuseError {
  return new MisuseError('WRONG_TYPE', `${rule}; got ${describeValue(got)}.`)
}
