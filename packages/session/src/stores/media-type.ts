import { limits } from '@holdfast/core'

/** Type and subtype are tokens of HTTP, then parameters of printable ASCII: safe in a header. */
const pattern = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[\x20-\x7e]*)?$/

/** Whether a value is a media type such as `text/html; charset=utf-8`. */
export function isMediaType(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= limits.maxContentTypeLength && pattern.test(value)
  )
}
