import { parsePluginId, parseWorkspaceId } from '@holdfast/core'
import type { Message } from '@holdfast/session'
import { encodeMessage } from '../encode-message.ts'
import { parseJson } from '../parse-json.ts'
import type { ProblemDetails } from '../problem-details.ts'
import type { AppContext, RequestFacts } from './app-context.ts'
import { readBody } from './read-body.ts'

/** Most bytes of the parameters of a tool: 8 MiB. */
const maxParametersBytes = 8_388_608

/** What the path of the route names. */
export interface ToolPath {
  readonly workspace: string
  readonly plugin: string
  readonly tool: string
}

/**
 * Runs a tool. Its messages are the lines of the response, each sent when it comes and made when the
 * caller has taken the one before.
 *
 * An error before the first message rejects; one after it is the last line, of the type `error`.
 */
export async function callTool(
  context: AppContext,
  path: ToolPath,
  request: Request,
  facts: RequestFacts,
): Promise<Response> {
  const workspace = parseWorkspaceId(path.workspace)
  const plugin = parsePluginId(path.plugin)
  const body = await readBody(request, maxParametersBytes)
  const parameters = body.length === 0 ? {} : parseJson(body, 'The body of the request')
  const call = { workspace, plugin, tool: path.tool, parameters, signal: facts.signal }
  const messages = context.host.invokeTool(call)
  const first = await messages.next()
  const lines = toLines(messages, first, (error) => context.report(error, facts))
  return new Response(lines, {
    headers: {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

type Step = IteratorResult<Message, unknown>

function toLines(
  messages: AsyncIterator<Message>,
  first: Step,
  report: (error: unknown) => ProblemDetails,
): ReadableStream<Uint8Array> {
  let begun: Step | null = first
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const step = begun ?? (await messages.next())
          begun = null
          if (step.done === true) controller.close()
          else controller.enqueue(encodeLine(encodeMessage(step.value)))
        } catch (error) {
          controller.enqueue(encodeLine({ type: 'error', problem: report(error) }))
          controller.close()
        }
      },
      async cancel() {
        await messages.return?.()
      },
    },
    // The tool goes no further than its caller has read.
    { highWaterMark: 0 },
  )
}

function encodeLine(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`)
}
