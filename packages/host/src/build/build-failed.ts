import { HoldfastError, type ErrorContext } from '@holdfast/core'
import type { BuildFailure, Location, Message } from 'esbuild'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import { virtualNamespace } from './bundler-plugins.ts'

/** The error of a plugin that cannot be built. */
export function buildFailed(
  { id }: Pick<PluginManifest, 'id'>,
  reason: string,
  { context, cause }: { readonly context?: ErrorContext; readonly cause?: unknown } = {},
): HoldfastError {
  return new HoldfastError('BUILD_FAILED', `The plugin "${id}" cannot be built: ${reason}`, {
    context: { plugin: id, ...context },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Most mistakes that one error tells of. */
const mostMistakes = 10

/** The error that tells what the bundler found wrong, with each place and its line. */
export function bundleFailed(
  manifest: PluginManifest,
  mistakes: readonly Message[],
  cause: BuildFailure,
): HoldfastError {
  const more = mistakes.length - mostMistakes
  const described = mistakes.slice(0, mostMistakes).map(describeMessage)
  const place = mistakes.map(placeOf).find((found) => found !== null)
  return buildFailed(
    manifest,
    [...described, ...(more > 0 ? [`And ${more} more.`] : [])].join('\n'),
    {
      cause,
      context:
        place === undefined || place === null
          ? {}
          : { file: place.file, line: place.line, column: place.column + 1 },
    },
  )
}

/** A mistake or warning in a line, or two where it has a place. */
export function describeMessage(message: Message): string {
  const sentence = `${message.text.replace(/[.:]$/, '')}.`
  const place = placeOf(message)
  if (place === null) return sentence
  const { file, line, column, lineText } = place
  return `${file}:${line}:${column + 1}: ${sentence}\n  ${line} | ${shorten(lineText)}`
}

/** In a file of the author's, and not in a module that is made here. */
function placeOf({ location }: Message): Location | null {
  return location?.file.startsWith(`${virtualNamespace}:`) === true ? null : location
}

/** A line of code that a machine wrote may be the whole file. */
function shorten(line: string): string {
  return line.length > 200 ? `${line.slice(0, 200)}...` : line
}
