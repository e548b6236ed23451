import { text } from 'node:stream/consumers'
import { desk, type Running, start, type StartOptions } from './holdfast.ts'

/** A `holdfast serve` of the plugin `desk`. */
export interface Server extends Running {
  readonly url: string
  readonly port: number
  /** All that it writes to stderr, once it has ended. */
  readonly log: Promise<string>
}

/** Starts a server on a free port, and waits until it listens. */
export async function serve(
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Server> {
  const all = ['serve', '--port', '0', '--json', '--plugins', desk, '--store', 'memory:', ...args]
  const running = start(all, options)
  const log = text(running.stderr)
  for await (const line of running.stdout.setEncoding('utf8')) {
    const { url, port } = JSON.parse(String(line)) as { url: string; port: number }
    return { ...running, url, port, log }
  }
  throw new Error(`The server did not start: ${await log}`)
}

/** The URL of a tool of the plugin, for the workspace `acme`. */
export function toolUrl({ url }: Server, tool: string): string {
  return `${url}/v1/workspaces/acme/plugins/desk/tools/${tool}`
}

/** Calls a tool of the plugin. */
export function callTool(
  server: Server,
  tool: string,
  parameters: unknown = {},
  init: RequestInit = {},
): Promise<Response> {
  const body = JSON.stringify(parameters)
  return fetch(toolUrl(server, tool), { method: 'POST', body, ...init })
}

/** The lines of a response, each as it comes. */
export async function* linesOf(response: Response): AsyncGenerator<unknown, void, void> {
  let rest = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line)
  }
}
