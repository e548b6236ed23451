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

/** How many fields a message names before it breaks off. */
const mostNamed = 20

/** What is wrong with one field of the parameters. */
interface Issue {
  /** From the parameters, as in `items[3].when`; empty for themselves. */
  readonly field: string
  readonly message: string
}

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
  throw invalidParameters(
    tool,
    result.issues.map(({ message, path = [] }) => ({ field: toField(path), message })),
  )
}

/** In every mode of a host parameters travel as JSON, so nothing else may work in one of them. */
function copyJson(tool: string, sent: unknown): unknown {
  try {
    return decodeJson(encodeJson(sent))
  } catch (error) {
    if (!isHoldfastError(error, 'INVALID_JSON_VALUE')) throw error
    const field = withoutRoot(String(error.context['path']))
    throw invalidParameters(tool, [{ field, message: 'is no JSON' }], error)
  }
}

function checkObject(tool: string, parameters: unknown): unknown {
  if (typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)) {
    return parameters
  }
  const message = `expected an object, got ${describeValue(parameters)}`
  throw invalidParameters(tool, [{ field: '', message }])
}

function toField(path: NonNullable<StandardSchemaV1.Issue['path']>): string {
  const steps = path.map((step) => {
    const key = typeof step === 'object' ? step.key : step
    return typeof key === 'symbol' ? String(key) : key
  })
  return withoutRoot(formatPath(steps))
}

function withoutRoot(path: string): string {
  return path.replace(/^\$\.?/, '')
}

function invalidParameters(tool: string, issues: readonly Issue[], cause?: unknown): HoldfastError {
  const named = issues.slice(0, mostNamed)
  const rest = issues.length - named.length
  return new HoldfastError(
    'INVALID_PARAMETERS',
    `The tool ${JSON.stringify(tool)} does not take these parameters: ${named.map(formatIssue).join('; ')}${rest === 0 ? '' : `; and ${rest} more`}.`,
    { context: { tool, fields: named.map(({ field }) => field) }, cause },
  )
}

function formatIssue({ field, message }: Issue): string {
  if (field === '') return message
  // ArkType's messages begin with the field.
  return message.startsWith(`${field} must be `) ? message : `${field}: ${message}`
}
