import type { Writable } from 'node:stream'
import { escapeText } from './escape-text.ts'
import { writeTo } from './write-to.ts'

/** Where text is written: stdout, or what stands for it. */
export type TextOutput = Writable & { readonly isTTY?: boolean | undefined }

/**
 * Writes text that others have made, byte for byte; to a terminal without anything that it would
 * obey.
 */
export function writeText(output: TextOutput, text: string): Promise<void> {
  return writeTo(output, output.isTTY === true ? escapeText(text) : text)
}
