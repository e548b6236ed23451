/**
 * The shape of a value in a few words for an error message: its type and size, never its content.
 *
 * @example
 * ```ts
 * describeValue('secret') // 'a string of 6 characters'
 * ```
 */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'string':
      return `a string of ${plural(value.length, 'character')}`
    case 'number':
      return Number.isFinite(value) ? 'a number' : String(value)
    case 'object':
      return describeObject(value)
    default:
      return `a ${typeof value}`
  }
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return `an array of ${plural(value.length, 'item')}`
  if (ArrayBuffer.isView(value)) return `${named(value)} of ${plural(value.byteLength, 'byte')}`
  return named(value)
}

function named(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return 'a plain object'
  const name = value.constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object'
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
