import { createHash } from 'node:crypto'
import { isHoldfastError, parsePluginId, type WorkspaceId } from '@holdfast/core'
import type { Message } from '@holdfast/session'
import type { Host } from '../../src/index.ts'
import type { EndpointStep, SampleStep, ToolStep } from './sample-steps.ts'

/** What came of a call: messages, a response, or an error. */
export type StepOutcome =
  | { readonly messages: readonly Message[] }
  | { readonly status: number; readonly headers: object; readonly body: unknown }
  | { readonly code: string; readonly message: string; readonly details: object }

/**
 * Makes a call and tells all that came of it, in values that are equal wherever the plugin runs: ids
 * and times are replaced by what they are, and bytes by their number and hash.
 */
export async function runStep(
  host: Host,
  workspace: WorkspaceId,
  step: SampleStep,
): Promise<StepOutcome> {
  return toComparable(await outcomeOf(host, workspace, step)) as StepOutcome
}

async function outcomeOf(
  host: Host,
  workspace: WorkspaceId,
  step: SampleStep,
): Promise<StepOutcome> {
  try {
    return 'tool' in step
      ? await callTool(host, workspace, step)
      : await callEndpoint(host, workspace, step)
  } catch (error) {
    if (!isHoldfastError(error)) throw error
    const { code, message, context, retryable, operation, cause } = error
    const reason = cause instanceof Error ? cause.message : cause
    return { code, message, details: { context, retryable, operation, cause: reason } }
  }
}

async function callTool(
  host: Host,
  workspace: WorkspaceId,
  { plugin, tool, parameters }: ToolStep,
): Promise<StepOutcome> {
  const call = { workspace, plugin: parsePluginId(plugin), tool, parameters }
  return { messages: await Array.fromAsync(host.invokeTool(call)) }
}

async function callEndpoint(
  host: Host,
  workspace: WorkspaceId,
  { plugin, path, method = 'GET', headers = {}, body = null }: EndpointStep,
): Promise<StepOutcome> {
  const url = new URL(path, 'http://localhost')
  const request = new Request(url, { method, headers, body })
  const call = { workspace, plugin: parsePluginId(plugin), path: url.pathname, request }
  const response = await host.handleRequest(call)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '') && bytes.length > 0
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: isJson ? JSON.parse(Buffer.from(bytes).toString()) : bytes,
  }
}

const timesAndIds: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, '<id>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<time>'],
  [/\b\d+(?:\.\d+)? ms\b/g, '<time>'],
]

function toComparable(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    return timesAndIds.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), value)
  }
  if (typeof value === 'number') return isTime(value, name) ? '<time>' : value
  if (value instanceof Uint8Array) {
    return `${value.byteLength} bytes, ${createHash('sha256').update(value).digest('hex')}`
  }
  if (Array.isArray(value)) return value.map((item) => toComparable(item))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([key, field]) => [key, toComparable(field, key)])
  return Object.fromEntries(fields)
}

function isTime(value: number, name: string): boolean {
  const fromNow = Math.abs(value - Date.now())
  return name === 'tookMs' || fromNow < 24 * 60 * 60 * 1_000
}
