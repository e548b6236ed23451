/**
 * Bytes that come piece by piece: the body of a `Request` or a `Response`, `blob.stream()`, a stream
 * of Node, a generator.
 */
export type ByteSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>
