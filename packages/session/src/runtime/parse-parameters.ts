import {
  decodeJson,
  describeValue,
  encodeJson,
  formatPath,
  HoldfastError,
  isHoldfastError,
} from '@holdfast/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ToolClass } from '../tool.ts'

/** How many issues a message lists before it breaks off. */
const mostListed = 20

/**
 * Makes what `invoke` receives from what the caller sent, which is JSON; none is an empty object.
 *
 * @throws {@link HoldfastError} `INVALID_PARAMETERS`, naming the fields
 */
export async function parseParameters(
  name: string,
  { parameters: schema }: ToolClass,
  sent: unknown,
): Promise<unknown> {
  const parameters = copyJson(name, sent === undefined ? {} : sent)
  if (schema === null) return checkObject(name, parameters)
  const result = await schema['~standard'].validate(parameters)
  if (result.issues === undefined) return result.value
  throw invalidParameters(name, result.issues.map(formatIssue))
}

/** In every mode of a host parameters travel as JSON, so nothing else may work in some of them. */
function copyJson(name: string, sent: unknown): unknown {
  try {
    return decodeJson(encodeJson(sent))
  } catch (error) {
    if (!isHoldfastError(error, 'INVALID_JSON_VALUE')) throw error
    const path = String(error.context['path'])
    throw invalidParameters(name, [`${path.replace(/^\$\.?/, '') || 'parameters'}: not JSON`])
  }
}

function checkObject(name: string, parameters: unknown): unknown {
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
    return parameters
  }
  throw invalidParameters(name, [
    `parameters: expected an object, got ${describeValue(parameters)}`,
  ])
}

function formatIssue({ message, path = [] }: StandardSchemaV1.Issue): string {
  const steps = path.map((step) => {
    const key = typeof step === 'object' ? step.key : step
    return typeof key === 'symbol' ? String(key) : key
  })
  const field = formatPath(steps).replace(/^\$\.?/, '')
  if (field === '') return `parameters: ${message}`
  // Some libraries begin the message with the field.
  return message.startsWith(field) ? message : `${field}: ${message}`
}

function invalidParameters(tool: string, issues: readonly string[]): HoldfastError {
  const listed = issues.slice(0, mostListed)
  const rest = issues.length - listed.length
  const more = rest === 0 ? '' : `; and ${rest} more`
  return new HoldfastError(
    'INVALID_PARAMETERS',
    `The parameters of the tool ${JSON.stringify(tool)} are not what it takes. ${listed.join('; ')}${more}.`,
    { context: { tool, issues: listed } },
  )
}
