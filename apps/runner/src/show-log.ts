import { styleText } from 'node:util'
import type { PluginLog } from '@holdfast/host'
import { escapeControls } from './escape-controls.ts'
import { escapeText } from './escape-text.ts'
import { writeToLog } from './write-to.ts'

/** How lines of plugins' logs are shown. */
export interface LogStyle {
  /** One line of JSON each. */
  readonly json: boolean
}

const colours = { debug: 'gray', info: 'cyan', warn: 'yellow', error: 'red' } as const

/**
 * Writes an entry of a plugin's log to stderr: `notes acme warn: text`. The further lines of a text,
 * such as those of a stack trace, are indented, so that none passes for an entry of its own.
 */
export async function showLog(log: PluginLog, { json }: LogStyle): Promise<void> {
  await writeToLog(`${json ? escapeText(JSON.stringify(toJson(log))) : toLine(log)}\n`)
}

function toJson(log: PluginLog): object {
  return { ...log, at: new Date(log.at).toISOString() }
}

function toLine({ plugin, workspace, level, text, data }: PluginLog): string {
  const who = workspace === null ? plugin : `${plugin} ${workspace}`
  const label = styleText(colours[level], `${level}:`, { stream: process.stderr })
  const facts = data === null ? '' : ` ${JSON.stringify(data)}`
  const lines = `${text}${facts}`.split('\n').map(escapeControls)
  return `${who} ${label} ${lines.join('\n  ')}`
}
