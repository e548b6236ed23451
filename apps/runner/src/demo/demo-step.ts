import type { JsonObject, Message } from '@holdfast/session'

/** What one sample plugin is asked to do. */
export interface DemoStep {
  readonly plugin: string
  /** Does it, and tells of it in a line. */
  readonly run: (context: DemoContext) => Promise<string>
}

/** What a step may use. */
export interface DemoContext {
  /** Folder of the repository, whose files are what the plugins work on. */
  readonly root: string
  /** Folder of pages that the plugin which crawls them may read. */
  readonly pages: string
  /** Which run of the demo this is, from 1. */
  readonly run: number
  /** Calls a tool, and gives its messages. */
  readonly call: (
    plugin: string,
    tool: string,
    parameters?: JsonObject,
  ) => Promise<readonly Message[]>
  /** Sends a request to an endpoint. The body of the response is to be read or cancelled. */
  readonly fetch: (plugin: string, path: string, init?: RequestInit) => Promise<Response>
}

/** The value of the JSON message among messages. */
export function jsonOf(messages: readonly Message[]): unknown {
  const message = messages.find(({ type }) => type === 'json')
  if (message?.type === 'json') return message.value
  throw new Error('The tool gave no JSON.')
}

/** The text of the text message among messages. */
export function textOf(messages: readonly Message[]): string {
  const message = messages.find(({ type }) => type === 'text')
  if (message?.type === 'text') return message.text
  throw new Error('The tool gave no text.')
}
