import { describeValue } from './describe-value.ts'
import { HoldfastError } from './holdfast-error.ts'
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
  const walk: Walk = { ancestors: new Set(), hasNegativeZero: false }
  visit(value, [], walk)
  const text = walk.hasNegativeZero ? stringifyWithNegativeZero(value) : JSON.stringify(value)
  return new TextEncoder().encode(text)
}

type Path = (string | number)[]

interface Walk {
  readonly ancestors: Set<object>
  hasNegativeZero: boolean
}

function visit(value: unknown, path: Path, walk: Walk): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return
    case 'number':
      if (!Number.isFinite(value)) throw refused(value, path)
      if (Object.is(value, -0)) walk.hasNegativeZero = true
      return
    case 'object':
      if (value !== null) visitObject(value, path, walk)
      return
    default:
      throw refused(value, path)
  }
}

function visitObject(value: object, path: Path, walk: Walk): void {
  if (walk.ancestors.has(value)) throw invalid('a reference back to what contains it', path)
  if (path.length >= limits.maxJsonDepth) {
    throw invalid(`more than ${limits.maxJsonDepth} levels of nesting`, path)
  }
  walk.ancestors.add(value)
  if (Array.isArray(value)) visitArray(value, path, walk)
  else visitPlainObject(value, path, walk)
  walk.ancestors.delete(value)
}

function visitArray(value: readonly unknown[], path: Path, walk: Walk): void {
  for (let index = 0; index < value.length; index++) {
    path.push(index)
    if (!Object.hasOwn(value, index)) throw invalid('a hole in an array', path)
    visit(dataProperty(value, index, path), path, walk)
    path.pop()
  }
  const extra = Reflect.ownKeys(value).find((name) => name !== 'length' && !isIndex(name, value))
  if (extra !== undefined) throw invalid('an extra property of an array', [...path, String(extra)])
}

function visitPlainObject(value: object, path: Path, walk: Walk): void {
  if (!isPlain(value)) throw refused(value, path)
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name === 'symbol') throw invalid('a property named by a symbol', path)
    path.push(name)
    visit(dataProperty(value, name, path), path, walk)
    path.pop()
  }
}

function dataProperty(owner: object, name: string | number, path: Path): unknown {
  const property = Object.getOwnPropertyDescriptor(owner, name)
  if (property === undefined || !('value' in property)) throw invalid('an accessor', path)
  if (property.enumerable !== true) throw invalid('a property that is not enumerable', path)
  return property.value
}

/** Whether an object is a plain one, of this realm or, as objects from `node:vm` are, of another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null
    && Object.hasOwn(prototype, 'hasOwnProperty')
}

function isIndex(name: string | symbol, array: readonly unknown[]): boolean {
  if (typeof name === 'symbol') return false
  const index = Number(name)
  return Number.isInteger(index) && index >= 0 && index < array.length && String(index) === name
}

/** `JSON.stringify` writes -0 as 0, though JSON has a -0 and `JSON.parse` reads it. */
function stringifyWithNegativeZero(value: unknown): string {
  // TypeScript's library does not know rawJSON yet; Node has it since version 22.
  const { rawJSON } = JSON as JSON & { rawJSON: (text: string) => unknown }
  return JSON.stringify(value, (_name, item: unknown) =>
    Object.is(item, -0) ? rawJSON('-0') : item,
  )
}

function refused(value: unknown, path: Path): HoldfastError {
  return invalid(describeValue(value), path)
}

function invalid(what: string, path: Path): HoldfastError {
  const where = formatPath(path)
  return new HoldfastError(
    'INVALID_JSON_VALUE',
    `A stored value is JSON: null, booleans, finite numbers, strings, and arrays and plain objects of these. ${where} is ${what}. Convert it first: a Date with toISOString(), a Map with Object.fromEntries(), a missing value by leaving it out or as null.`,
    { context: { path: where } },
  )
}

/** A path as JavaScript writes it, from `$`, the value itself. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step)
      ? `${text}.${step}`
      : `${text}[${JSON.stringify(step)}]`
  }, '$')
}
