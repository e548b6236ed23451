import {
  decodeJson,
  describeValue,
  encodeJson,
  HoldfastError,
  isHoldfastError,
} from '@holdfast/core'
import {
  describeFields,
  pathsOf,
  type SchemaIssue,
  toSchemaIssue,
  withoutRoot,
} from '../schema-issue.ts'
import type { ToolClass } from '../tool.ts'

/**
 * Makes what `invoke` receives from what the caller sent, which is JSON; none is an empty object.
 *
 * @throws {@link HoldfastError} `INVALID_PARAMETERS` in the words of the schema library; the fields
 * alone in `context.fields`, because some libraries repeat the values in their words
 */
export async function parseParameters(
  tool: string,
  { parameters: schema }: ToolClass,
  sent: unknown,
): Promise<unknown> {
  const parameters = copyJson(tool, sent === undefined ? {} : sent)
  if (schema === null) return checkObject(tool, parameters)
  const result = await schema['~standard'].validate(parameters)
  if (result.issues === undefined) return result.value
  throw invalidParameters(tool, result.issues.map(toSchemaIssue))
}

/** In every mode of a host parameters travel as JSON, so nothing else may work in one of them. */
function copyJson(tool: string, sent: unknown): unknown {
  try {
    return decodeJson(encodeJson(sent))
  } catch (error) {
    if (!isHoldfastError(error, 'INVALID_JSON_VALUE')) throw error
    const path = String(error.context['path'])
    throw invalidParameters(tool, [{ path, message: 'is no JSON' }], error)
  }
}

function checkObject(tool: string, parameters: unknown): unknown {
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
    return parameters
  }
  const message = `expected an object, got ${describeValue(parameters)}`
  throw invalidParameters(tool, [{ path: '$', message }])
}

function invalidParameters(
  tool: string,
  issues: readonly SchemaIssue[],
  cause?: unknown,
): HoldfastError {
  return new HoldfastError(
    'INVALID_PARAMETERS',
    `The tool ${JSON.stringify(tool)} does not take these parameters: ${describeFields(issues)}.`,
    { context: { tool, fields: pathsOf(issues).map(withoutRoot) }, cause },
  )
}
