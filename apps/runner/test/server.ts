import { desk, type Running, start, type StartOptions } from './holdfast.ts'
import { Transcript } from './transcript.ts'

/** A `holdfast serve`, of the plugin `desk` unless something else is said. */
export interface Server extends Running {
  readonly url: string
  readonly port: number
  /** What it said of itself when it began. */
  readonly facts: Announced
  /** All that it writes to stderr, once it has ended. */
  readonly log: Promise<string>
  /** What it writes to stderr, while it comes. */
  readonly says: Transcript
}

/** What a server says of itself. */
export interface Announced {
  readonly url: string
  readonly port: number
  readonly mode: string
  readonly weaknesses: readonly string[]
}

/** How a server is started. */
export interface ServeOptions extends StartOptions {
  /** The folder of the plugin. */
  readonly plugin?: string
}

/** Starts a server on a free port, and waits until it listens. */
export async function serve(
  args: readonly string[] = [],
  { plugin = desk, ...options }: ServeOptions = {},
): Promise<Server> {
  const all = ['serve', '--port', '0', '--json', '--plugins', plugin, '--store', 'memory:', ...args]
  const running = start(all, options)
  const says = new Transcript(running.stderr)
  const log = says.ended
  for await (const line of running.stdout.setEncoding('utf8')) {
    const facts = JSON.parse(String(line)) as Announced
    return { ...running, url: facts.url, port: facts.port, facts, log, says }
  }
  throw new Error(`The server did not start: ${await log}`)
}

/** The URL of a tool of the plugin, for the workspace `acme`. */
export function toolUrl({ url }: Pick<Server, 'url'>, tool: string, plugin = 'desk'): string {
  return `${url}/v1/workspaces/acme/plugins/${plugin}/tools/${tool}`
}

/** Calls a tool of the plugin. */
export function callTool(
  server: Pick<Server, 'url'>,
  tool: string,
  parameters: unknown = {},
  init: RequestInit = {},
): Promise<Response> {
  const body = JSON.stringify(parameters)
  return fetch(toolUrl(server, tool), { method: 'POST', body, ...init })
}

/** Calls the tool `work` of another plugin, and gives all that comes. */
export async function callWork(server: Pick<Server, 'url'>, plugin: string): Promise<WorkAnswer> {
  const response = await fetch(toolUrl(server, 'work', plugin), { method: 'POST' })
  const { status, headers } = response
  const body = await response.text()
  return {
    status,
    headers,
    lines: body
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  }
}

/** What came of a call of such a tool. */
export interface WorkAnswer {
  readonly status: number
  readonly headers: Headers
  /** Its messages, or one problem. */
  readonly lines: readonly unknown[]
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
