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
      try {
        return describeObject(value)
      } catch {
        // A proxy may fail in whatever is asked of it; an error message must not fail with it.
        return 'an object'
      }
    default:
      return `a ${typeof value}`
  }
}

function describeObject(value: object): string {
  if (value instanceof Promise) return 'a Promise that was not awaited'
  if (Array.isArray(value)) return `an array of ${plural(value.length, 'item')}`
  if (ArrayBuffer.isView(value)) return `${named(value)} of ${plural(value.byteLength, 'byte')}`
  return named(value)
}

function named(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return 'a plain object'
  const name = dataProperty(dataProperty(prototype, 'constructor'), 'name')
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object'
}

/** A property of an object's own, read without calling a getter. */
function dataProperty(owner: unknown, name: string): unknown {
  return Object.getOwnPropertyDescriptor(Object(owner), name)?.value
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
