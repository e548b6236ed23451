import { Handler } from './handler.ts'
import type { JsonObject } from './json-object.ts'

/** The parts of a path that its pattern names, decoded. */
export type PathParameters = Readonly<Record<string, string>>

/** A class that extends {@link Endpoint}. */
export interface EndpointClass {
  new (): Endpoint
  readonly '~holdfast': 'endpoint/v1'
}

/**
 * An HTTP handler. Extend it, and name the class in `definePlugin` under its path. Each request has
 * an instance of its own, whatever its method.
 *
 * @example
 * ```ts
 * class Download extends Endpoint {
 *   async invoke(): Promise<Response> {
 *     const file = await this.session.storage.getEntry(`files/${this.params['name']}`)
 *     if (file === null) return new Response('No such file.', { status: 404 })
 *     return new Response(file.value, { headers: { etag: `"${file.version}"` } })
 *   }
 * }
 *
 * export default definePlugin({ endpoints: { '/files/:name': Download } })
 * ```
 */
export abstract class Endpoint extends Handler {
  static readonly '~holdfast' = 'endpoint/v1'

  #params: PathParameters = Object.freeze({})

  /** The parts of the path that its pattern names, percent-decoded. Empty in a constructor. */
  protected get params(): PathParameters {
    return this.#params
  }

  /**
   * Answers a request. The invocation ends when the body of the response has been read to its end,
   * is cancelled or fails: a body that is produced bit by bit may use the session until then.
   *
   * @param request with its whole URL, and a body to read once
   * @param settings of the plugin, as the operator gave them
   */
  abstract invoke(request: Request, settings: JsonObject): Promise<Response> | Response

  /** For the runtime, which gives an instance the parts of its path before it calls `invoke`. */
  '~bindParams'(params: PathParameters): void {
    this.#params = params
  }
}
