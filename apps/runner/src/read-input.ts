import { readFile, stat } from 'node:fs/promises'
import { HoldfastError, type JsonValue } from '@holdfast/core'
import { parseJson } from './parse-json.ts'
import { readStdin } from './read-stdin.ts'

/**
 * Takes JSON as the command line gives it: the text itself, `@FILE`, or `-` for stdin.
 *
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`, `MALFORMED_JSON`, `ABORTED`
 */
export async function readInput(input: string, signal: AbortSignal): Promise<JsonValue> {
  if (input === '-') return parseJson(await readStdin(signal), 'What came from stdin')
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
  return await namingFile(file, () => readFile(file))
}

/**
 * Tells the size of a file that the caller named, in bytes.
 *
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`
 */
export async function sizeOfFile(file: string): Promise<number> {
  return await namingFile(file, async () => (await stat(file)).size)
}

async function namingFile<Result>(file: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new HoldfastError('INPUT_NOT_READABLE', `${file} cannot be read: ${reason}.`, {
      context: { file },
      cause,
    })
  }
}
