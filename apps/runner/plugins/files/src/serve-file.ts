import type { EntryMetadata, SessionStorage } from '@holdfast/session'
import { parseRange } from './byte-range.ts'
import { failedCondition, toEtag } from './conditions.ts'
import { toContentDisposition } from './content-disposition.ts'
import { baseName, findFile, typeOf } from './file-info.ts'
import { fileNotFound, preconditionFailed, problem } from './problem.ts'

/** Answers GET and HEAD of a file, its conditions and its range. */
export async function serveFile(
  request: Request,
  storage: SessionStorage,
  name: string,
): Promise<Response> {
  const found = await findFile(storage, name)
  const failed = failedCondition(request, found && toEtag(found))
  if (failed === 412) return preconditionFailed(name)
  if (found === null) return fileNotFound(name)
  if (failed === 304) return new Response(null, { status: 304, headers: cacheHeaders(found) })
  if (request.method === 'HEAD') return new Response(null, { headers: fileHeaders(found) })

  const file = await storage.getEntry(name)
  if (file === null) return fileNotFound(name)
  const headers = fileHeaders(file)
  const range = rangeOf(request, file)
  if (range === null) return new Response(file.value, { headers })
  if (range === 'unsatisfiable') {
    const detail = `The file has ${file.size} bytes.`
    return problem(416, 'Range not satisfiable', detail, {
      'content-range': `bytes */${file.size}`,
    })
  }
  const { start, end } = range
  headers['content-range'] = `bytes ${start}-${end - 1}/${file.size}`
  headers['content-length'] = String(end - start)
  return new Response(file.value.subarray(start, end), { status: 206, headers })
}

/** A part is only of use to one who has the rest of the same version. */
function rangeOf({ headers }: Request, file: EntryMetadata): ReturnType<typeof parseRange> {
  const ifRange = headers.get('if-range')
  if (ifRange !== null && ifRange !== toEtag(file)) return null
  return parseRange(headers.get('range'), file.size)
}

function cacheHeaders(file: EntryMetadata): Record<string, string> {
  return { etag: toEtag(file), 'cache-control': 'no-cache' }
}

/** What others have uploaded must do nothing in a browser: it is saved, and never run. */
function fileHeaders(file: EntryMetadata): Record<string, string> {
  return {
    ...cacheHeaders(file),
    'content-type': typeOf(file),
    'content-length': String(file.size),
    'content-disposition': toContentDisposition(baseName(file.key)),
    'last-modified': new Date(file.updatedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  }
}
