import { readFileSync, statSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, resolve } from 'node:path'

/**
 * Makes a function that puts the author's files and lines into stack traces of the bundle at a path.
 * Node does so by itself, with `--enable-source-maps`, for modules that its own loader loads, and for
 * no script of node:vm. The source map is read at the first trace that names the bundle; without it,
 * traces stay as they are, and so they do with one of more than 4 MiB. To
 * read it takes some 50 ms for each 500 KB, during which nothing else goes on.
 *
 * It may be used on any text of a plugin, built or not: on logs, and on what comes from its process,
 * which cannot read the map.
 *
 * @param entryPath of the bundle, absolute; its map is in the file with `.map` at the end
 */
export function stackRestorer(entryPath: string): (stack: string) => string {
  const path = `${entryPath}.map`
  let known: KnownMap | undefined
  return (stack) => {
    if (!stack.includes(`${entryPath}:`)) return stack
    known = readSourceMap(path, known)
    return known.map === null ? stack : restore(stack, entryPath, known.map)
  }
}

interface KnownMap {
  readonly mtimeMs: number
  readonly map: SourceMap | null
}

// Whoever built the plugin may not be trusted: a source map must take neither time nor memory.

/** The largest source map that is read: 4 MiB, in bytes. */
const maxMapBytes = 4_194_304
/** The longest path of a source, in characters. */
const maxPathLength = 1_024

/** The source map at a path, which may have been built anew since it was read. */
function readSourceMap(path: string, known: KnownMap | undefined): KnownMap {
  let mtimeMs = 0
  try {
    const stats = statSync(path)
    mtimeMs = stats.mtimeMs
    if (known?.mtimeMs === mtimeMs) return known
    if (stats.size > maxMapBytes) return { mtimeMs, map: null }
    const payload = JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload
    return { mtimeMs, map: new SourceMap(payload) }
  } catch {
    return { mtimeMs, map: null }
  }
}

function restore(stack: string, entryPath: string, map: SourceMap): string {
  return stack
    .split(`${entryPath}:`)
    .map((part, index) => {
      const place = index === 0 ? null : /^(?<line>\d+):(?<column>\d+)/.exec(part)
      const { line, column } = place?.groups ?? {}
      if (place === null) return index === 0 ? part : `${entryPath}:${part}`
      const origin = map.findOrigin(Number(line), Number(column))
      if (!('fileName' in origin) || origin.fileName.length > maxPathLength) {
        return `${entryPath}:${part}`
      }
      const path = resolve(dirname(entryPath), origin.fileName)
      return `${path}:${origin.lineNumber}:${origin.columnNumber}${part.slice(place[0].length)}`
    })
    .join('')
}
