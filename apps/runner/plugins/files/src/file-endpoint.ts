import { Endpoint, isHoldfastError } from '@holdfast/session'
import { failedCondition, ifUnchanged, toEtag } from './conditions.ts'
import { guessType } from './file-info.ts'
import { fileNotFound, methodNotAllowed, preconditionFailed } from './problem.ts'
import { serveFile } from './serve-file.ts'

/**
 * One file: GET and HEAD read it, PUT stores it, DELETE removes it. `If-Match` and `If-None-Match`
 * are compared and acted upon in one step, so that of two writers who read the same version only
 * one writes.
 */
export class FileEndpoint extends Endpoint {
  async invoke(request: Request): Promise<Response> {
    const { name = '' } = this.params
    try {
      switch (request.method) {
        case 'GET':
        case 'HEAD':
          return await serveFile(request, this.session.storage, name)
        case 'PUT':
          return await this.#put(request, name)
        case 'DELETE':
          return await this.#delete(request, name)
        default:
          return methodNotAllowed(request, 'GET, HEAD, PUT, DELETE')
      }
    } catch (error) {
      if (isHoldfastError(error, 'VERSION_MISMATCH')) return preconditionFailed(name)
      throw error
    }
  }

  async #put(request: Request, name: string): Promise<Response> {
    const { storage } = this.session
    const found = await storage.stat(name)
    if (failedCondition(request, found && toEtag(found)) !== null) return preconditionFailed(name)
    const version = await storage.set(name, request.body ?? new Uint8Array(), {
      contentType: request.headers.get('content-type') ?? guessType(name),
      ...ifUnchanged(request, found),
    })
    const headers = { etag: toEtag({ version }) }
    return new Response(null, { status: found === null ? 201 : 204, headers })
  }

  async #delete(request: Request, name: string): Promise<Response> {
    const { storage } = this.session
    const found = await storage.stat(name)
    if (failedCondition(request, found && toEtag(found)) !== null) return preconditionFailed(name)
    if (found === null) return fileNotFound(name)
    await storage.delete(name, ifUnchanged(request, found))
    return new Response(null, { status: 204 })
  }
}
