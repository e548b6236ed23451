import type { Capabilities, JsonValue } from '@holdfast/core'

/** What a blank process is told to become. It travels as JSON. */
export interface LoadOrder {
  readonly plugin: string
  readonly version: string
  readonly directory: string
  /** Absolute. */
  readonly entryPath: string
  /** `source`: as its author wrote it; otherwise as a build made it. */
  readonly format: 'source' | 'script' | 'module'
  readonly environment: Readonly<Record<string, string>>
  readonly network: boolean
  /** Of the driver that serves the stores. */
  readonly capabilities: Capabilities
}

/** The head of a request to an endpoint. It travels as JSON. */
export interface RequestHead {
  /** Below the plugin, percent-encoded. */
  readonly path: string
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [string, string])[]
  readonly settings: Readonly<Record<string, JsonValue>>
  readonly hasBody: boolean
}

/** The head of a response. It travels as JSON. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly hasBody: boolean
}
