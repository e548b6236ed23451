import { HoldfastError, isHoldfastError } from '@holdfast/core'

/** How the process of a plugin ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last that it wrote to stderr. */
  readonly lastWords: string
}

/** Explains the end of a process that has not loaded its plugin; `null` once it has. */
interface LoadWitness {
  exitError(exit: ProcessExit): Error | null
}

/** The error of those who were waiting for a process that has ended by itself. It throws nothing. */
export function exitError(plugin: string, loading: LoadWitness | null, exit: ProcessExit): Error {
  try {
    return loading?.exitError(exit) ?? crashError(plugin, exit)
  } catch (error) {
    // Whatever it has left as its last words, those who wait for it are told.
    return crashed(plugin, `its end cannot be explained: ${String(error)}`)
  }
}

function crashError(plugin: string, exit: ProcessExit): HoldfastError {
  if (/out of memory|allocation failed|bad_alloc/i.test(exit.lastWords) && exit.code !== 0) {
    return outOfMemory(plugin, 'it could not be given what it asked for')
  }
  return crashed(plugin, describeExit(exit))
}

/** @param why completes the sentence "Its process ended in the middle of the call: …" */
export function crashed(plugin: string, why: string): HoldfastError {
  return new HoldfastError(
    'PLUGIN_CRASHED',
    `The plugin "${plugin}" has crashed. Its process ended in the middle of the call: ${why}. Try again; what it had written stays written.`,
    { context: { plugin } },
  )
}

/** @param why says what was too much */
export function outOfMemory(plugin: string, why: string): HoldfastError {
  return new HoldfastError(
    'PLUGIN_OUT_OF_MEMORY',
    `The plugin "${plugin}" needed more memory than its limit, and was ended: ${why}. Try again with less, or raise limits.memoryBytes of the plugin.`,
    { context: { plugin } },
  )
}

/** @param why says what was sent */
export function protocolViolated(plugin: string, why: string): HoldfastError {
  return new HoldfastError(
    'PROTOCOL_VIOLATED',
    `The process of the plugin "${plugin}" sent what the protocol does not allow, and was ended: ${why}.`,
    { context: { plugin } },
  )
}

/** How it ended, for people. */
export function describeExit({ code, signal, lastWords }: ProcessExit): string {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`
  const error = /^(?:Uncaught )?[A-Z][A-Za-z]*(?:Error|Exception)?\b[^\n]*: [^\n]*$/m.exec(
    lastWords,
  )?.[0]
  return error === undefined
    ? how
    : `${how}, after ${error.trim().slice(0, 500).replace(/\.$/, '')}`
}

/** Whether an error is that of a call whose process has ended in the middle of it. */
export function isLostProcess(error: unknown): boolean {
  return (
    isHoldfastError(error, 'PLUGIN_CRASHED') ||
    isHoldfastError(error, 'PLUGIN_OUT_OF_MEMORY') ||
    isHoldfastError(error, 'PROTOCOL_VIOLATED')
  )
}

/** Errors of the socket itself, which say no more than that the other side is gone. */
export function isSocketError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
