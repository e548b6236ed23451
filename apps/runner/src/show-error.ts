import { inspect, styleText } from 'node:util'
import { escapeControls } from './escape-controls.ts'
import { escapeText } from './escape-text.ts'
import { type ProblemDetails, toProblem } from './problem-details.ts'
import { writeTo } from './write-to.ts'

/** How an error is shown. */
export interface ErrorStyle {
  /** One line of problem details instead of a paragraph. */
  readonly json: boolean
  /** With stack traces and causes. */
  readonly verbose: boolean
  /** What its caller was given to name it by. */
  readonly instance?: ProblemDetails['instance']
}

/** Writes an error to stderr: one paragraph, `holdfast: CODE: message`. */
export async function showError(caught: unknown, style: ErrorStyle): Promise<void> {
  const problem = toProblem(caught, style.instance)
  await writeTo(
    process.stderr,
    `${style.json ? escapeText(JSON.stringify(problem)) : toParagraph(problem)}\n`,
  )
  if (style.verbose) await writeTo(process.stderr, `${escapeText(inspect(caught, { depth: 5 }))}\n`)
}

function toParagraph({ code, detail, instance }: ProblemDetails): string {
  const label = styleText('red', `holdfast: ${code}:`, { stream: process.stderr })
  const name = instance === undefined ? '' : ` (${instance})`
  return `${label} ${escapeControls(detail.replaceAll(/\s*\n\s*/g, ' '))}${name}`
}
