import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib'

/** Every codec at its strongest, which is its slowest. */
const encoders = {
  brotli: (bytes: number) =>
    createBrotliCompress({
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes,
      },
    }),
  zstd: (bytes: number) =>
    createZstdCompress({
      params: { [constants.ZSTD_c_compressionLevel]: 22 },
      pledgedSrcSize: bytes,
    }),
  gzip: () => createGzip({ level: constants.Z_BEST_COMPRESSION, memLevel: 9 }),
}

/** A way to compress. */
export type Codec = keyof typeof encoders

export const codecs = Object.keys(encoders) as [Codec, ...Codec[]]

/** How small a content gets. */
export type Measurement = {
  readonly codec: Codec
  readonly bytes: number
  readonly compressedBytes: number
}

/**
 * Compresses a content as far as the codec can, and counts what comes out. It takes seconds for a
 * few megabytes, off the event loop, and gives the same for the same content.
 */
export async function measureCompression(
  content: Uint8Array,
  codec: Codec,
  signal: AbortSignal,
): Promise<Measurement> {
  let compressedBytes = 0
  const count = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      compressedBytes += chunk.length
      done()
    },
  })
  await pipeline(Readable.from([content]), encoders[codec](content.length), count, { signal })
  return { codec, bytes: content.length, compressedBytes }
}
