import { describeValue, HoldfastError, quoteOrDescribe } from '@holdfast/core'
import type { PathParameters } from '../endpoint.ts'
import type { InvocationContext } from '../invocation/invocation-context.ts'
import { Invocation } from '../invocation/invocation.ts'
import { refuseAborted } from '../invocation/live-context.ts'
import type { JsonObject } from '../json-object.ts'
import type { PluginDefinition, Route } from '../plugin-definition.ts'
import { pluginFailure } from './plugin-failure.ts'
import { streamInside } from './stream-inside.ts'

/**
 * Answers a request by an endpoint. The invocation ends when the body of the response has been read
 * to its end, is cancelled or fails, or when the signal of the context aborts: who does not read a
 * body must cancel it.
 *
 * @param path of the request below the plugin, percent-encoded as in its URL: `/files/a%20b`
 * @param settings of the plugin; the endpoint receives a copy
 * @throws {@link HoldfastError} `ENDPOINT_NOT_FOUND`; `ABORTED`; `ENDPOINT_FAILED` for what the
 * endpoint throws that is no error of Holdfast, and if it returns no response. What fails while the
 * body is read fails the body in the same way.
 */
export async function runEndpoint(
  plugin: PluginDefinition,
  path: string,
  request: Request,
  settings: JsonObject,
  context: InvocationContext,
): Promise<Response> {
  const { route, params } = findRoute(plugin, path)
  const toFailure = (thrown: unknown): Error =>
    pluginFailure('ENDPOINT_FAILED', `The endpoint ${JSON.stringify(route.path)}`, thrown)
  const invocation = new Invocation(context)
  try {
    refuseAborted(context.signal)
    const response: unknown = await invocation.run(() => {
      const endpoint = new route.endpoint()
      endpoint['~bind'](invocation)
      endpoint['~bindParams'](params)
      return endpoint.invoke(request, structuredClone(settings))
    })
    return streamInside(invocation, checkResponse(response), toFailure)
  } catch (error) {
    invocation.close()
    throw toFailure(error)
  }
}

function findRoute(
  plugin: PluginDefinition,
  path: string,
): { readonly route: Route; readonly params: PathParameters } {
  for (const route of plugin.routes) {
    const match = route.pattern.exec({ pathname: path })
    if (match !== null) return { route, params: decodeParams(match.pathname.groups) }
  }
  const known = plugin.routes.map((route) => route.path).join(', ')
  throw new HoldfastError(
    'ENDPOINT_NOT_FOUND',
    `The plugin has no endpoint at ${quoteOrDescribe(path)}; ${known === '' ? 'it has none' : `it has ${known}`}.`,
    { context: { path } },
  )
}

function decodeParams(groups: Readonly<Record<string, string | undefined>>): PathParameters {
  const params = Object.entries(groups).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, decode(value)] as const],
  )
  return Object.freeze(Object.fromEntries(params))
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch (cause) {
    throw new HoldfastError(
      'INVALID_ARGUMENT',
      `The path of a request is percent-encoded UTF-8; got ${quoteOrDescribe(encoded)} in it.`,
      { cause },
    )
  }
}

function checkResponse(value: unknown): Response {
  if (!isResponse(value)) {
    throw new TypeError(`invoke() returns a Response; it returned ${describeValue(value)}.`)
  }
  if (value.status < 200) {
    throw new TypeError(
      'the Response is one of Response.error(), which cannot be sent; return one with a status.',
    )
  }
  if (value.bodyUsed || value.body?.locked === true) {
    throw new TypeError('the body of the Response was read already; return one that is fresh.')
  }
  return value
}

/** By its tag, for a plugin may make its responses with a `fetch` library of its own. */
function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === '[object Response]'
}
