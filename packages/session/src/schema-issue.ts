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

/** The issues that an error of a schema library carries, as those of zod and of valibot do. */
export function schemaIssuesOf(error: Error): readonly SchemaIssue[] | undefined {
  if (!('issues' in error) || !Array.isArray(error.issues)) return undefined
  const issues: readonly unknown[] = error.issues
  return issues.length > 0 && issues.every(isIssue) ? issues.map(toSchemaIssue) : undefined
}

function isIssue(value: unknown): value is StandardSchemaV1.Issue {
  if (typeof value !== 'object' || value === null || !('message' in value)) return false
  const isPath = !('path' in value) || value.path === undefined || Array.isArray(value.path)
  return isPath && typeof value.message === 'string'
}

/** Where the issues are. */
export function pathsOf(issues: readonly SchemaIssue[]): readonly string[] {
  return issues.slice(0, mostNamed).map(({ path }) => path)
}

/** The issues in one line, each with the field that it is about, as in `items[3].when`. */
export function describeFields(issues: readonly SchemaIssue[]): string {
  return describe(issues, ({ path, message }) => {
    const field = withoutRoot(path)
    return field === '' ? message : label(field, message, field)
  })
}

/** The issues in one line, each with its path in the value, as in `$.items[3].when`. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  return describe(issues, ({ path, message }) => label(path, message, withoutRoot(path)))
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

/** ArkType's messages begin with the field, which is not to be named twice. */
function label(name: string, message: string, field: string): string {
  if (field !== '' && message.startsWith(`${field} must be `)) {
    return `${name}${message.slice(field.length)}`
  }
  return `${name}: ${message}`
}

/** A path as it is named from the outside, as in `items[3].when`. */
export function withoutRoot(path: string): string {
  return path.replace(/^\$\.?/, '')
}
