import { readFile } from 'node:fs/promises'
import { isHoldfastError } from '@holdfast/core'
import { escapeControls } from './escape-controls.ts'
import { writeTo } from './write-to.ts'

/** Writes the line of a plugin's source that an error names, if it names one, to stderr. */
export async function showSourceLine(error: unknown): Promise<void> {
  if (!isHoldfastError(error, 'PLUGIN_LOAD_FAILED')) return
  const { file, line } = error.context
  if (typeof file !== 'string' || typeof line !== 'number') return
  const text = await readFile(file, 'utf8').catch(() => '')
  const source = text.split('\n')[line - 1]
  if (source === undefined || source.length > 500) return
  await writeTo(process.stderr, `  ${line} | ${escapeControls(source)}\n`)
}
