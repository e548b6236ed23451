import { describeValue } from './describe-value.ts'
import { HoldfastError } from './holdfast-error.ts'
import { isHoldfastError } from './is-holdfast-error.ts'
import { limits } from './limits.ts'

/** A value that JSON keeps as it is. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/**
 * Encodes a value as UTF-8 JSON, strictly: what comes back from {@link decodeJson} is equal to what
 * went in. Where `JSON.stringify` would silently change or drop something, this throws.
 *
 * Refused: `undefined`, functions, symbols, bigint, NaN and ±Infinity, cycles, holes and extra
 * properties of arrays, accessors, symbol keys, and every object that is neither array nor plain
 * (Date, Map, Set, typed arrays, class instances), and nesting beyond `limits.maxJsonDepth`.
 *
 * @throws {@link HoldfastError} `INVALID_JSON_VALUE` with the path of the offender in
 * `context.path`, such as `$.items[3].when`
 */
export function encodeJson(value: unknown): Uint8Array {
  const walk: Walk = { path: [], ancestors: new Set() }
  return new TextEncoder().encode(writeWhole(value, walk))
}

/** Where in the value the encoder is. */
interface Walk {
  readonly path: (string | number)[]
  readonly ancestors: Set<object>
}

function writeWhole(value: unknown, walk: Walk): string {
  try {
    return write(value, walk)
  } catch (cause) {
    if (isHoldfastError(cause)) throw cause
    // Only a proxy fails to show its properties, and it may do so with any error.
    throw invalid('an object that cannot be read', walk.path, conversions, cause)
  }
}

// Each part is written as it is looked at. To look first and leave the writing to JSON.stringify
// would not do: that calls any inherited toJSON, asks proxies again and turns -0 into 0.
function write(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw refused(value, walk.path)
      return Object.is(value, -0) ? '-0' : String(value)
    case 'object':
      return value === null ? 'null' : writeObject(value, walk)
    default:
      throw refused(value, walk.path)
  }
}

function writeObject(value: object, walk: Walk): string {
  const { path, ancestors } = walk
  if (ancestors.has(value)) throw invalid('a reference back to what contains it', path)
  if (path.length >= limits.maxJsonDepth) {
    throw invalid(`more than ${limits.maxJsonDepth} levels of nesting`, path)
  }
  ancestors.add(value)
  const text = Array.isArray(value) ? writeArray(value, walk) : writePlainObject(value, walk)
  ancestors.delete(value)
  return text
}

function writeArray(value: readonly unknown[], walk: Walk): string {
  const { path } = walk
  if (!isPlainArray(value)) throw invalid('an instance of a class that extends Array', path)
  let text = ''
  const { length } = value
  for (let index = 0; index < length; index++) {
    path.push(index)
    if (!Object.hasOwn(value, index)) throw invalid('a hole in an array', path)
    text += (index === 0 ? '' : ',') + write(dataProperty(value, index, path), walk)
    path.pop()
  }
  const extra = Reflect.ownKeys(value).find((name) => name !== 'length' && !isIndex(name, length))
  if (extra !== undefined) throw invalid('an extra property of an array', [...path, String(extra)])
  return `[${text}]`
}

function writePlainObject(value: object, walk: Walk): string {
  const { path } = walk
  if (!isPlainObject(value)) throw refused(value, path)
  let text = ''
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name === 'symbol') throw invalid('an object with a property named by a symbol', path)
    path.push(name)
    const property = `${JSON.stringify(name)}:${write(dataProperty(value, name, path), walk)}`
    text += text === '' ? property : `,${property}`
    path.pop()
  }
  return `{${text}}`
}

function dataProperty(owner: object, name: string | number, path: Path): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, name)
  if (property === undefined || !('value' in property)) throw invalid('an accessor', path)
  if (property.enumerable !== true) throw invalid('a property that is not enumerable', path)
  return property.value
}

/** Whether an object is a plain one, of this realm or, as objects from `node:vm` are, of another. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'hasOwnProperty')
  )
}

/** Whether an array is of no class but Array, of this realm or of another. */
function isPlainArray(value: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return true
  // Unlike the prototype of a class that extends it, that of Array is itself an array.
  return Array.isArray(prototype) && isPlainObject(prototype)
}

function isIndex(name: string | symbol, length: number): boolean {
  if (typeof name === 'symbol') return false
  const index = Number(name)
  return Number.isInteger(index) && index >= 0 && index < length && String(index) === name
}

function refused(value: unknown, path: Path): HoldfastError {
  const what = describeValue(value)
  if (value instanceof Promise) return invalid(what, path, 'It is a Promise: await it.')
  return invalid(what, path)
}

const conversions =
  'Convert it first: a Date with toISOString(), a Map with Object.fromEntries(), a missing value by leaving it out or as null.'

function invalid(what: string, path: Path, advice = conversions, cause?: unknown): HoldfastError {
  const where = formatPath(path)
  return new HoldfastError(
    'INVALID_JSON_VALUE',
    `A stored value is JSON: null, booleans, finite numbers, strings, and arrays and plain objects of these. ${where} is ${what}. ${advice}`,
    { context: { path: where }, ...(cause === undefined ? {} : { cause }) },
  )
}

type Path = readonly (string | number)[]

/** A path as JavaScript writes it, from `$`, the value itself. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)
      ? `${text}.${step}`
      : `${text}[${JSON.stringify(step)}]`
  }, '$')
}
