import { readFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { isHoldfastError } from '@holdfast/core'
import { escapeControls } from './escape-controls.ts'
import { writeToLog } from './write-to.ts'

/**
 * Writes the line of a plugin's source or manifest that an error names, if it does, to stderr.
 *
 * @param directory of the plugin. Its process may name any file, and is shown none that is not its own
 */
export async function showSourceLine(error: unknown, directory: string): Promise<void> {
  if (!isHoldfastError(error)) return
  const { file, line } = error.context
  if (typeof file !== 'string' || typeof line !== 'number') return
  if (!resolve(file).startsWith(directory + sep)) return
  const text = await readFile(file, 'utf8').catch(() => '')
  const source = text.split('\n')[line - 1]
  if (source === undefined || source.length > 500) return
  await writeToLog(`  ${line} | ${escapeControls(source)}\n`)
}
