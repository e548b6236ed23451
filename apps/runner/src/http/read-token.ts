import { HoldfastError } from '@holdfast/core'
import { readFileOf } from '../read-input.ts'

/**
 * The token that callers must know: what the file holds, else `HOLDFAST_TOKEN`, else none.
 *
 * @throws {@link HoldfastError} `INPUT_NOT_READABLE`; `INVALID_ARGUMENT` for what fits no header
 */
export async function readToken(file: string | undefined): Promise<string | null> {
  const source = file ?? 'HOLDFAST_TOKEN'
  const text = file === undefined ? process.env['HOLDFAST_TOKEN'] : String(await readFileOf(file))
  if (text === undefined) return null
  const token = text.trim()
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new HoldfastError(
    'INVALID_ARGUMENT',
    `The token in ${source} must be one or more printable characters of ASCII without spaces. "openssl rand -hex 32" makes a good one.`,
  )
}
