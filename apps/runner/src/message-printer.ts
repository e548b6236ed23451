import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import type { BlobMessage, Message } from '@holdfast/session'
import { encodeMessage } from './encode-message.ts'
import { escapeControls } from './escape-controls.ts'
import { escapeText } from './escape-text.ts'
import { type TextOutput, writeText } from './write-text.ts'
import { writeTo } from './write-to.ts'

/** How messages are printed. */
export interface PrintOptions {
  /** Each as one line of JSON. */
  readonly json?: boolean
  /** Where files are written; without it they are only mentioned. */
  readonly outputDir?: string
}

/** Where messages are printed. */
export interface PrintOutputs {
  readonly stdout: TextOutput
  readonly stderr: TextOutput
}

/**
 * Prints messages to stdout, and what is no part of the result to stderr. A terminal receives nothing
 * that it would obey, and stderr, which is for people and logs, never does; what goes through a pipe
 * to stdout is exact.
 */
export async function createMessagePrinter(
  options: PrintOptions,
  { stdout, stderr }: PrintOutputs = process,
): Promise<(message: Message) => Promise<void>> {
  const { json = false, outputDir } = options
  if (outputDir !== undefined) await makeOutputDir(outputDir)
  if (json) {
    return async (message) => {
      await writeText(stdout, `${JSON.stringify(await encode(message, outputDir))}\n`)
    }
  }
  return async (message) => {
    const text = endLine(await show(message, outputDir))
    const isResult = message.type !== 'log' && message.type !== 'progress'
    if (isResult) await writeText(stdout, text)
    else await writeTo(stderr, escapeText(text))
  }
}

/** Where files are written, they are named instead of given. */
async function encode(message: Message, outputDir: string | undefined): Promise<object> {
  if (message.type !== 'blob' || outputDir === undefined) return encodeMessage(message)
  const { bytes, ...rest } = message
  return { ...rest, size: bytes.length, path: await writeBlob(message, outputDir) }
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

async function show(message: Message, outputDir: string | undefined): Promise<string> {
  switch (message.type) {
    case 'text':
      return message.text
    case 'json':
      return JSON.stringify(message.value, null, 2)
    case 'variable':
      return `${message.name} = ${JSON.stringify(message.value, null, 2)}`
    case 'link':
      return withLabel(message.title, message.url)
    case 'image':
      return withLabel(message.alt, shorten(message.url))
    case 'log':
      return `${message.level}: ${message.text}${message.data === null ? '' : ` ${JSON.stringify(message.data)}`}`
    case 'progress':
      return withLabel(message.text, [message.done, message.total ?? '?'].join('/'))
    case 'blob':
      return outputDir === undefined ? summarise(message) : writeBlob(message, outputDir)
  }
}

function withLabel(label: string | null, text: string): string {
  return label === null ? text : `${label}: ${text}`
}

/** An image may be in its own address, which nobody can read then. */
function shorten(url: string): string {
  return url.length > 200 ? `${url.slice(0, 40)}... (${url.length} characters)` : url
}

function summarise({ filename, mimeType, bytes }: BlobMessage): string {
  return `${escapeControls(filename ?? 'A file')} (${mimeType}, ${bytes.length} bytes; --output-dir DIR would keep it)`
}

async function makeOutputDir(outputDir: string): Promise<void> {
  try {
    await mkdir(outputDir, { recursive: true })
  } catch (cause) {
    throw notWritable(outputDir, cause)
  }
}

/** Writes a file under a name that is not taken yet: a plugin must not overwrite what is there. */
async function writeBlob(message: BlobMessage, outputDir: string): Promise<string> {
  const name = safeName(message.filename)
  for (let copy = 1; ; copy++) {
    const path = join(outputDir, copy === 1 ? name : `${copy}-${name}`)
    try {
      await writeFile(path, message.bytes, { flag: 'wx' })
      return path
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(path, cause)
    }
  }
}

/** The last part of a name that a plugin chose, without what a file system or a terminal obeys. */
function safeName(filename: string | null): string {
  const name = basename(filename ?? '').replaceAll(/[\p{Cc}\\/:]/gu, '_')
  return name === '' || name === '.' || name === '..' ? 'file' : name
}

function notWritable(path: string, cause: unknown): HoldfastError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new HoldfastError('OUTPUT_NOT_WRITABLE', `${path} cannot be written: ${reason}.`, {
    cause,
  })
}
