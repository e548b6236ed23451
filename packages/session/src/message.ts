import type { JsonValue } from '@holdfast/core'
import type { Bytes } from './bytes.ts'

/** Plain text for a person or a model. */
export interface TextMessage {
  readonly type: 'text'
  readonly text: string
}

/** A JSON value for a program. */
export interface JsonMessage {
  readonly type: 'json'
  readonly value: JsonValue
}

/** Bytes with their media type: a file. */
export interface BlobMessage {
  readonly type: 'blob'
  readonly bytes: Bytes
  readonly mimeType: string
  readonly filename: string | null
}

/** A link to follow. */
export interface LinkMessage {
  readonly type: 'link'
  /** Absolute, with the scheme `http`, `https` or `mailto`. */
  readonly url: string
  readonly title: string | null
}

/** An image to show, by its address. An image as bytes is a {@link BlobMessage}. */
export interface ImageMessage {
  readonly type: 'image'
  /** Absolute, with the scheme `http`, `https` or `data`. */
  readonly url: string
  readonly alt: string | null
}

/** A named value for whatever the caller does next. */
export interface VariableMessage {
  readonly type: 'variable'
  readonly name: string
  readonly value: JsonValue
}

/** How much a {@link LogMessage} matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A line for the operator's log; not part of the result. */
export interface LogMessage {
  readonly type: 'log'
  readonly level: LogLevel
  readonly text: string
  readonly data: JsonValue
}

/** How far the work has come; not part of the result. */
export interface ProgressMessage {
  readonly type: 'progress'
  /** In whatever unit the tool counts in, from 0. */
  readonly done: number
  /** In the same unit; `null` when it is not known. */
  readonly total: number | null
  readonly text: string | null
}

/** What a tool gives to its caller, one after the other. Made by the methods of {@link Tool}. */
export type Message =
  | TextMessage
  | JsonMessage
  | BlobMessage
  | LinkMessage
  | ImageMessage
  | VariableMessage
  | LogMessage
  | ProgressMessage
