import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type ParametersOf, persistent_store, Tool } from '@holdfast/session'
import * as z from 'zod'
import { resultPrefix, toCacheKey } from './cache-key.ts'
import { codecs, measureCompression } from './measure-compression.ts'
import { singleFlight } from './single-flight.ts'

export class Compute extends Tool {
  static override readonly description =
    'Measures how small a text or a file gets under the strongest compression. The first call for a content is slow; later ones answer from the cache, and concurrent ones wait for the first. Says which of them it was, and how long it took.'

  static override readonly parameters = z
    .strictObject({
      path: z
        .string()
        .min(1)
        .optional()
        .describe("File to measure, on the runner's disk: in the mode inline alone."),
      text: z.string().optional().describe('Text to measure.'),
      codec: z.enum(codecs).default('brotli').describe('How to compress.'),
      ttlMs: z
        .int()
        .positive()
        .default(86_400_000)
        .describe('How long a new result is kept, in milliseconds; a day if not given.'),
    })
    .refine(({ path, text }) => (path === undefined) !== (text === undefined), {
      error: 'Give either a text or a path',
      path: ['text'],
    })

  async *invoke({ path, text = '', codec, ttlMs }: ParametersOf<typeof Compute>) {
    const startedAt = performance.now()
    const content = path === undefined ? Buffer.from(text) : await readFile(path)
    // The content and not the path: a file that was edited since is another argument.
    const sha256 = createHash('sha256').update(content).digest('hex')
    const key = toCacheKey(codec, { codec, sha256 })

    const { origin, value } = await singleFlight({
      key: resultPrefix + key,
      ttlMs,
      compute: () => measureCompression(content, codec),
    })
    await persistent_store.increment(`count/${origin}`)

    const tookMs = Math.round((performance.now() - startedAt) * 10) / 10
    yield this.text(
      `${origin} after ${tookMs} ms: ${value.bytes} bytes, ${value.compressedBytes} with ${codec}`,
    )
    yield this.json({ origin, key, tookMs, ...value })
  }
}
