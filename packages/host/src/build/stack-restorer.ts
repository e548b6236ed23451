import { readFileSync, statSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, resolve } from 'node:path'

/**
 * Makes a function that puts the author's files and lines into stack traces of the bundle at a path.
 * Node does so by itself, with `--enable-source-maps`, for modules that its own loader loads, and for
 * no script of node:vm. The source map is read at the first trace that names the bundle; without it,
 * traces stay as they are, and so they do with one of more than 32 MiB.
 *
 * It may be used on any text of a plugin, built or not: on logs, and on what comes from its process,
 * which cannot read the map.
 *
 * @param entryPath of the bundle, absolute; its map is in the file with `.map` at the end
 */
export function stackRestorer(entryPath: string): (stack: string) => string {
  let map: SourceMap | null | undefined
  return (stack) => {
    if (!stack.includes(`${entryPath}:`)) return stack
    if (map === undefined) map = readSourceMap(entryPath)
    return map === null ? stack : restore(stack, entryPath, map)
  }
}

/** The largest source map that is read, 32 MiB: whoever built the plugin may not be trusted. */
const maxMapBytes = 33_554_432

function readSourceMap(entryPath: string): SourceMap | null {
  const path = `${entryPath}.map`
  try {
    if (statSync(path).size > maxMapBytes) return null
    const payload = JSON.parse(readFileSync(path, 'utf8')) as SourceMapPayload
    return new SourceMap(payload)
  } catch {
    return null
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
      if (!('fileName' in origin)) return `${entryPath}:${part}`
      const path = resolve(dirname(entryPath), origin.fileName)
      return `${path}:${origin.lineNumber}:${origin.columnNumber}${part.slice(place[0].length)}`
    })
    .join('')
}
