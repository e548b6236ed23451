import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { HoldfastError } from '@holdfast/core'
import type { BlobMessage, Message } from '@holdfast/session'
import { encodeMessage } from './encode-message.ts'
import { writeTo } from './write-to.ts'

/** How messages are printed. */
export interface PrintOptions {
  /** Each as one line of JSON. */
  readonly json?: boolean
  /** Where files are written; without it they are only mentioned. */
  readonly outputDir?: string
}

/** Prints messages to stdout, and what is no part of the result to stderr. */
export async function createMessagePrinter(
  options: PrintOptions,
): Promise<(message: Message) => Promise<void>> {
  if (options.json === true) {
    return (message) => writeTo(process.stdout, `${JSON.stringify(encodeMessage(message))}\n`)
  }
  const { outputDir } = options
  if (outputDir !== undefined) await makeOutputDir(outputDir)
  return async (message) => {
    const isResult = message.type !== 'log' && message.type !== 'progress'
    const text = await show(message, outputDir)
    await writeTo(
      isResult ? process.stdout : process.stderr,
      text.endsWith('\n') ? text : `${text}\n`,
    )
  }
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
  return `${filename ?? 'A file'} (${mimeType}, ${bytes.length} bytes; --output-dir DIR would keep it)`
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
