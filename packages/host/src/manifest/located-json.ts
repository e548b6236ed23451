import { basename } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import { type MemberNode, parse, type ValueNode } from '@humanwhocodes/momoa'

/** Codes of errors that show where in a file of JSON something is wrong. */
export type LocatedErrorCode = 'MANIFEST_INVALID' | 'GRANT_INVALID'

/** Something wrong in a file. */
export interface Mistake {
  /** Where: names of fields and indices of lists, from the outside in. */
  readonly path: readonly PropertyKey[]
  /** A whole sentence or more. */
  readonly message: string
}

/** The content of a file of JSON that people wrote, which can tell the line of each of its parts. */
export class LocatedJson {
  readonly value: unknown
  readonly #text: string
  readonly #file: string
  readonly #code: LocatedErrorCode

  /**
   * @param file its path, for messages
   * @param code of the errors that it makes
   * @throws {@link HoldfastError} with `code`, where the text is not JSON, naming line and column
   */
  constructor(text: string, file: string, code: LocatedErrorCode) {
    this.#text = text
    this.#file = file
    this.#code = code
    try {
      this.value = JSON.parse(text)
    } catch (cause) {
      throw this.#syntaxError(cause)
    }
  }

  /** The error of a file with mistakes; it names the line of each. */
  error(mistakes: readonly Mistake[], cause?: unknown): HoldfastError {
    const [first = '', ...more] = mistakes.map(
      ({ path, message }) => `:${this.#lineOf(path)}: ${message}`,
    )
    const others = more.map((mistake) => ` ${basename(this.#file)}${mistake}`)
    const line = this.#lineOf(mistakes[0]?.path ?? [])
    return this.#error(`${first}${others.join('')}`, line, cause)
  }

  /** The line of a part; of the innermost that there is, where some of it is missing. From 1 up. */
  #lineOf(path: readonly PropertyKey[]): number {
    let node: ValueNode = parse(this.#text).body
    let { line } = node.loc.start
    for (const name of path) {
      const child = findChild(node, name)
      if (child === undefined) break
      line = child.loc.start.line
      node = child.value
    }
    return line
  }

  #syntaxError(cause: unknown): HoldfastError {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const what = reason
      .replace(/(?: in JSON)? at position \d+ \(line \d+ column \d+\)$/, '')
      .replaceAll(/\s+/g, ' ')
    const { line, column } = placeInMessage(reason) ?? placeByParser(this.#text)
    return this.#error(`:${line}:${column}: This is not JSON: ${what}.`, line, cause)
  }

  #error(message: string, line: number, cause: unknown): HoldfastError {
    return new HoldfastError(this.#code, this.#file + message, {
      context: { file: this.#file, line },
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

/** Of fields with the same name, the last one counts, as it does for JSON.parse. */
function findChild(node: ValueNode, name: PropertyKey): MemberNode | ElementNode | undefined {
  if (node.type === 'Array') return node.elements[Number(name)]
  if (node.type !== 'Object') return undefined
  return node.members.findLast((member) => nameOf(member) === name)
}

type ElementNode = Extract<ValueNode, { type: 'Array' }>['elements'][number]

function nameOf({ name }: MemberNode): string {
  return name.type === 'String' ? name.value : name.name
}

interface Place {
  readonly line: number
  readonly column: number
}

function placeInMessage(reason: string): Place | undefined {
  const { line, column } = /\(line (?<line>\d+) column (?<column>\d+)\)$/.exec(reason)?.groups ?? {}
  return line === undefined ? undefined : { line: Number(line), column: Number(column) }
}

/** Node does not always say where JSON is wrong. */
function placeByParser(text: string): Place {
  try {
    parse(text)
  } catch (error) {
    // Of an end that comes too soon, it tells where the last token begins.
    if (isPlace(error) && !error.message.includes('end of input')) return error
  }
  const lines = text.split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

function isPlace(error: unknown): error is Error & Place {
  return error instanceof Error && 'line' in error && 'column' in error
}
