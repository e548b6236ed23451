import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { HoldfastError, type JsonValue } from '@holdfast/core'
import { parseJson } from './parse-json.ts'

/**
 * Takes JSON as the command line gives it: the text itself, `@FILE`, or `-` for stdin.
 *
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`, `MALFORMED_JSON`
 */
export async function readInput(input: string): Promise<JsonValue> {
  if (input === '-') return parseJson(await buffer(process.stdin), 'What came from stdin')
  if (!input.startsWith('@')) return parseJson(input, 'The input')
  const file = input.slice(1)
  return parseJson(await readFileOf(file), `What ${file} holds`)
}

/**
 * Reads a file that the caller named.
 *
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`
 */
export async function readFileOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoldfastError('INPUT_NOT_READABLE', `${file} cannot be read: ${reason}.`, {
      context: { file },
      cause,
    })
  }
}
