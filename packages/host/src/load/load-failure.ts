import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HoldfastError } from '@holdfast/core'
import { explainDenial } from '@holdfast/session/runtime'

/** What of a plugin an error about its code names. */
export interface LoadSubject {
  readonly id: string
  readonly directory: string
  readonly entryPath: string
}

/** A line of a file. */
export interface Place {
  readonly path: string
  readonly line: string
}

/** The error of a plugin whose code cannot be loaded, with the place in its source if that is known. */
export function loadFailed(
  { id, entryPath }: LoadSubject,
  reason: string,
  cause: unknown,
  place?: Place,
): HoldfastError {
  const where = place === undefined ? {} : { file: place.path, line: Number(place.line) }
  return new HoldfastError(
    'PLUGIN_LOAD_FAILED',
    `The plugin "${id}" cannot be loaded: ${reason}`.replaceAll(/\s+/g, ' '),
    { context: { plugin: id, entry: entryPath, ...where }, cause },
  )
}

/** Says what an error in loading a plugin means, and where it arose if that is known. */
export function explainLoadError(
  error: unknown,
  place: Place | undefined,
  { directory }: LoadSubject,
): string {
  if (codeOf(error) === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return 'Node runs no TypeScript below node_modules. Ship JavaScript, and name that as the entry.'
  }
  const where = place === undefined ? '' : ` (${showPlace(place, directory)})`
  const denial = error instanceof Error ? explainDenial(error) : null
  return `${denial ?? messageOf(error)}${where}`
}

/** What is said where the entry has no plugin for its default export. */
export function explainExport(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return `its default export is no plugin. ${reason}`
}

/** Where an error arose: before its name for some syntax errors, else in the plugin's first frame. */
export function placeOf(error: unknown): Place | undefined {
  if (!(error instanceof Error)) return undefined
  // Below the frames of Node's loader stand our own.
  const [pluginFrames = ''] = (error.stack ?? '').split('node:internal/modules/')
  return findPlace(pluginFrames)
}

/** The first place that a text of Node's names. */
export function findPlace(text: string): Place | undefined {
  const { url, line } =
    /(?<url>file:\/\/\/[^\s)]*?|^\/[^\n]*?):(?<line>\d+)/m.exec(text)?.groups ?? {}
  if (url === undefined || line === undefined) return undefined
  try {
    return { path: url.startsWith('file:') ? fileURLToPath(url) : url, line }
  } catch {
    // It is the plugin's word, and may be no address of a file.
    return undefined
  }
}

/** A place for people: within the plugin, by its path there. */
export function showPlace({ path, line }: Place, directory: string): string {
  const isOwn = path.startsWith(directory + sep)
  return `${isOwn ? relative(directory, path) : path}:${line}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
