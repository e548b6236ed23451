import { HoldfastError, isHoldfastError, parsePluginId, parseWorkspaceId } from '@holdfast/core'
import type { AppContext, RequestBindings } from './app-context.ts'
import { refuseForeignOrigin } from './guards.ts'
import { toSendable } from './to-sendable.ts'

/** What the path of the route names. */
export interface EndpointPath {
  readonly workspace: string
  readonly plugin: string
}

/**
 * Has an endpoint answer a request, with whatever method and with bodies that stream both ways. One
 * that is not public is guarded as the rest of the server is.
 *
 * A response whose body fails is broken off, for then it is too late to say so in any other way.
 */
export async function callEndpoint(
  context: AppContext,
  names: EndpointPath,
  request: Request,
  bindings: RequestBindings,
): Promise<Response> {
  const { outgoing, signal } = bindings
  const path = pathBelowPlugin(request.url)
  if (!(await isPublic(context, names.plugin, path))) {
    refuseForeignOrigin(request)
    context.token.check(request)
  }
  const workspace = parseWorkspaceId(names.workspace)
  const plugin = parsePluginId(names.plugin)
  const response = await context.host.handleRequest({
    workspace,
    plugin,
    path,
    request: toPluginRequest(context, request, signal),
    settings: context.settings.get(plugin),
    signal,
  })
  return toSendable(response, request.method, (error) => {
    context.report(error, bindings)
    outgoing.destroy()
  })
}

/** Whoever asks for what is not there learns no more of it than of what is not public. */
async function isPublic({ host }: AppContext, plugin: string, path: string): Promise<boolean> {
  try {
    return (await host.findEndpoint(parsePluginId(plugin), path))?.public ?? false
  } catch (error) {
    if (isHoldfastError(error, 'PLUGIN_NOT_FOUND')) return false
    if (isHoldfastError(error, 'INVALID_PLUGIN_ID')) return false
    throw error
  }
}

/** The part of the path that is the plugin's, still percent-encoded: `/e/{workspace}/{plugin}` goes. */
function pathBelowPlugin(url: string): string {
  return `/${new URL(url).pathname.split('/').slice(4).join('/')}`
}

/**
 * The request as the plugin receives it: one of Node's own, as plugins may know them, and without
 * the operator's token, with which the plugin could call all others.
 */
function toPluginRequest({ token }: AppContext, request: Request, signal: AbortSignal): Request {
  const headers = new Headers(request.headers)
  if (token.isCarriedBy(headers)) headers.delete('authorization')
  const { url, method, body } = request
  try {
    return new Request(url, { method, headers, body, signal, duplex: 'half' })
  } catch (cause) {
    throw new HoldfastError('UNSUPPORTED', `An endpoint cannot be called with ${method}.`, {
      cause,
    })
  }
}
