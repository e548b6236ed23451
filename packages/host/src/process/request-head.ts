import type { EndpointCall } from '../host.ts'
import type { PluginManifest } from '../manifest/plugin-manifest.ts'
import type { RequestHead } from '../wire/load-order.ts'

/** What of a request goes before its body. */
export function toRequestHead(
  { path, request, settings }: EndpointCall,
  defaults: PluginManifest['settings'],
): RequestHead {
  const { method, url, headers, body } = request
  return {
    path,
    method,
    url,
    headers: [...headers],
    settings: { ...defaults, ...settings },
    hasBody: body !== null,
  }
}
