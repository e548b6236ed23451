import { Endpoint } from '@holdfast/session'
import { toFileInfo } from './file-info.ts'
import { methodNotAllowed } from './problem.ts'

/** The list of files, by page: `?prefix=reports/&limit=10&cursor=...`. */
export class FilesEndpoint extends Endpoint {
  async invoke(request: Request): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return methodNotAllowed(request, 'GET, HEAD')
    }
    const { searchParams } = new URL(request.url)
    const limit = searchParams.get('limit')
    const page = await this.session.storage.list({
      prefix: searchParams.get('prefix') ?? '',
      cursor: searchParams.get('cursor'),
      limit: limit === null ? undefined : Number(limit),
    })
    return Response.json({ files: page.entries.map(toFileInfo), cursor: page.cursor })
  }
}
