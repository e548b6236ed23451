import type { StandardSchemaV1 } from '@standard-schema/spec'
import { Handler } from './handler.ts'
import type { JsonInput } from './json-compatible.ts'
import {
  makeBlob,
  makeImage,
  makeJson,
  makeLink,
  makeLog,
  makeProgress,
  makeText,
  makeVariable,
} from './make-message.ts'
import type {
  BlobMessage,
  ImageMessage,
  JsonMessage,
  LinkMessage,
  LogLevel,
  LogMessage,
  Message,
  ProgressMessage,
  TextMessage,
  VariableMessage,
} from './message.ts'

/** What `invoke` of a tool gives back: a generator of messages, or one message, or nothing. */
export type ToolOutput = AsyncGenerator<Message, void, void> | Promise<Message | void>

/** A class that extends {@link Tool}. */
export interface ToolClass {
  new (): Tool
  readonly '~holdfast': 'tool/v1'
  readonly description: string
  readonly parameters: StandardSchemaV1 | null
  readonly idempotent: boolean
}

/**
 * A typed call that answers with messages. Extend it, and name the class in `definePlugin`. Each
 * invocation has an instance of its own.
 *
 * @example
 * ```ts
 * class Remember extends Tool {
 *   static override readonly description = 'Remembers a text under a name.'
 *   static override readonly parameters = z.object({ name: z.string(), text: z.string() })
 *
 *   async *invoke({ name, text }: ParametersOf<typeof Remember>) {
 *     await this.session.storage.set(name, new TextEncoder().encode(text))
 *     yield this.text(`I shall remember ${name}.`)
 *   }
 * }
 * ```
 */
export abstract class Tool extends Handler {
  static readonly '~holdfast' = 'tool/v1'

  /** What the tool does, for people and for models. */
  static readonly description: string = ''

  /**
   * What the tool takes, as a schema of any library that implements Standard Schema (zod, valibot,
   * arktype). `invoke` receives what the schema makes of the parameters. `null` takes any JSON
   * object.
   */
  static readonly parameters: StandardSchemaV1 | null = null

  /**
   * Whether a call may be made again, as a whole, with the same outcome. A host tries such a tool
   * again, with the next `session.attempt`, when its process has ended before the first message.
   */
  static readonly idempotent: boolean = false

  /**
   * Does the work. Write it as an async generator that yields messages as they come, or as an async
   * function that returns one message or none.
   *
   * What it throws ends the invocation: an error of Holdfast as it is, any other as `TOOL_FAILED`
   * with the error as its cause. When the caller wants no more, the generator is returned, so that
   * its `finally` blocks run.
   *
   * @param parameters what `parameters` made of them; type it as `ParametersOf<typeof ThisClass>`
   */
  abstract invoke(parameters: unknown): ToolOutput

  /** Makes a message of plain text. */
  protected text(text: string): TextMessage {
    return makeText(text)
  }

  /**
   * Makes a message of a JSON value, which is copied.
   *
   * @throws {@link HoldfastError} `INVALID_JSON_VALUE`
   */
  protected json<Value>(value: JsonInput<Value>): JsonMessage {
    return makeJson(value)
  }

  /**
   * Makes a message of a file. The bytes are copied.
   *
   * @param mimeType such as `image/png`
   * @throws {@link MisuseError} `WRONG_TYPE` when the content is no Uint8Array
   */
  protected blob(bytes: Uint8Array, mimeType: string, filename?: string): BlobMessage {
    return makeBlob(bytes, mimeType, filename)
  }

  /**
   * Makes a message of a link.
   *
   * @param url absolute, with the scheme `http`, `https` or `mailto`
   */
  protected link(url: string | URL, title?: string): LinkMessage {
    return makeLink(url, title)
  }

  /**
   * Makes a message of an image by its address; for one in bytes use `blob`.
   *
   * @param url absolute, with the scheme `http`, `https` or `data`
   */
  protected image(url: string | URL, alt?: string): ImageMessage {
    return makeImage(url, alt)
  }

  /**
   * Makes a message of a named JSON value, which is copied.
   *
   * @throws {@link HoldfastError} `INVALID_JSON_VALUE`
   */
  protected variable<Value>(name: string, value: JsonInput<Value>): VariableMessage {
    return makeVariable(name, value)
  }

  /**
   * Makes a line for the operator's log.
   *
   * @param data a JSON value with the particulars
   * @throws {@link HoldfastError} `INVALID_JSON_VALUE`
   */
  protected log<Data>(level: LogLevel, text: string, data?: JsonInput<Data>): LogMessage {
    return makeLog(level, text, data)
  }

  /**
   * Makes a report of how far the work has come.
   *
   * @param done in whatever unit the tool counts in, from 0
   * @param total in the same unit, when it is known
   */
  protected progress(done: number, total?: number, text?: string): ProgressMessage {
    return makeProgress(done, total, text)
  }
}
