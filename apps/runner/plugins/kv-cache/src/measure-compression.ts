import { promisify } from 'node:util'
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib'

/** Every codec at its strongest, which is its slowest. Brotli is so by itself. */
const encoders = {
  brotli: (content: Uint8Array) => promisify(brotliCompress)(content),
  zstd: (content: Uint8Array) =>
    promisify(zstdCompress)(content, { params: { [constants.ZSTD_c_compressionLevel]: 22 } }),
  gzip: (content: Uint8Array) => promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }),
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

/** The slow function: seconds for a few megabytes, off the event loop, and the same each time. */
export async function measureCompression(content: Uint8Array, codec: Codec): Promise<Measurement> {
  const compressed = await encoders[codec](content)
  return { codec, bytes: content.length, compressedBytes: compressed.length }
}
