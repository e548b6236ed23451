import { formatPath } from '@holdfast/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'

/** How many issues a message names before it breaks off. */
const mostNamed = 20

/** What a schema has against one part of a value. */
export interface SchemaIssue {
  /** From the value, as in `$.items[3].when`; `$` for itself. */
  readonly path: string
  /** In the words of the schema library, some of which repeat the value. */
  readonly message: string
}

export function toSchemaIssue({ message, path = [] }: StandardSchemaV1.Issue): SchemaIssue {
  const steps = path.map((step) => {
    const key = typeof step === 'object' ? step.key : step
    return typeof key === 'symbol' ? String(key) : key
  })
  return { path: formatPath(steps), message }
}

/** Where the issues are. */
export function pathsOf(issues: readonly SchemaIssue[]): readonly string[] {
  return issues.slice(0, mostNamed).map(({ path }) => path)
}

/** The issues in one line, each with the field that it is about. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return describe(issues, describeIssue)
}

/** Where the issues are, in one line that says nothing of the value. */
export function describePaths(issues: readonly SchemaIssue[]): string {
  return describe(issues, ({ path }) => path, ', ')
}

function describe(
  issues: readonly SchemaIssue[],
  describeOne: (issue: SchemaIssue) => string,
  separator = '; ',
): string {
  const named = issues.slice(0, mostNamed).map(describeOne).join(separator)
  const rest = issues.length - mostNamed
  return rest > 0 ? `${named}${separator}and ${rest} more` : named
}

function describeIssue({ path, message }: SchemaIssue): string {
  const field = withoutRoot(path)
  if (field === '') return message
  // ArkType's messages begin with the field.
  return message.startsWith(`${field} must be `) ? message : `${field}: ${message}`
}

/** A path as it is named from the outside, as in `items[3].when`. */
export function withoutRoot(path: string): string {
  return path.replace(/^\$\.?/, '')
}
