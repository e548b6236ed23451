import { inspect, styleText } from 'node:util'
import { escapeControls } from './escape-controls.ts'
import { escapeText } from './escape-text.ts'
import { type ProblemDetails, toProblem } from './problem-details.ts'
import { writeToLog } from './write-to.ts'

/** How an error is shown. */
export interface ErrorStyle {
  /** One line of problem details instead of a paragraph. */
  readonly json: boolean
  /** With stack traces and causes. */
  readonly verbose: boolean
  /** What its caller was given to name it by. */
  readonly instance?: ProblemDetails['instance']
  /** What it was the answer to. */
  readonly request?: string | undefined
}

/** Writes an error to stderr: one paragraph, `holdfast: CODE: message`. */
export async function showError(caught: unknown, style: ErrorStyle): Promise<void> {
  const { request } = style
  const problem = {
    ...toProblem(caught, style.instance),
    ...(request === undefined ? {} : { request }),
  }
  await writeToLog(`${style.json ? escapeText(JSON.stringify(problem)) : toParagraph(problem)}\n`)
  if (style.verbose) await writeToLog(`${escapeText(inspect(caught, { depth: 5 }))}\n`)
}

function toParagraph({ code, detail, instance, request }: LoggedProblem): string {
  const label = styleText('red', `holdfast: ${code}:`, { stream: process.stderr })
  const names = [request, instance].filter((name) => name !== undefined).join(', ')
  const text = escapeControls(detail.replaceAll(/\s*\n\s*/g, ' '))
  return `${label} ${text}${names === '' ? '' : ` (${escapeControls(names)})`}`
}

interface LoggedProblem extends ProblemDetails {
  readonly request?: string
}
