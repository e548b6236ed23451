import { Endpoint } from '@holdfast/session'
import { methodNotAllowed } from './problem.ts'
import { serveFile } from './serve-file.ts'

/** Files whose names begin with `public/`, for everybody to read. What is not put there stays private. */
export class PublicEndpoint extends Endpoint {
  async invoke(request: Request): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return methodNotAllowed(request, 'GET, HEAD')
    }
    return await serveFile(request, this.session.storage, `public/${this.params['name']}`)
  }
}
