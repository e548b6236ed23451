import type { EntryMetadata, SessionStorage } from '@holdfast/session'
import { parseRange } from './byte-range.ts'
import { failedCondition, toEtag } from './conditions.ts'
import { toContentDisposition } from './content-disposition.ts'
import { baseName, typeOf } from './file-info.ts'
import { fileNotFound, preconditionFailed, problem } from './problem.ts'

/** Answers GET and HEAD of a file, its conditions and its range. */
export async function serveFile(
  request: Request,
  storage: SessionStorage,
  name: string,
): Promise<Response> {
  const found = await storage.stat(name)
  const failed = failedCondition(request, found && toEtag(found))
  if (failed === 412) return preconditionFailed(name)
  if (found === null) return fileNotFound(name)
  if (failed === 304) return new Response(null, { status: 304, headers: cacheHeaders(found) })
  if (request.method === 'HEAD') return new Response(null, { headers: fileHeaders(found) })

  const range = rangeOf(request, found)
  if (range === 'unsatisfiable') {
    const detail = `The file has ${found.size} bytes.`
    return problem(416, 'Range not satisfiable', detail, {
      'content-range': `bytes */${found.size}`,
    })
  }
  const file = await storage.stream(name, { range: range ?? undefined })
  // What was asked for is judged by the file that is sent, and that is another one by now.
  if (file?.version !== found.version) {
    await file?.body.cancel()
    return await serveFile(request, storage, name)
  }
  const headers = fileHeaders(file)
  if (range === null) return new Response(file.body, { headers })
  const { start, end } = file.range
  headers['content-range'] = `bytes ${start}-${end - 1}/${file.size}`
  headers['content-length'] = String(end - start)
  return new Response(file.body, { status: 206, headers })
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
