/**
 * Cuts a body anew, into chunks of one length; only the last may be shorter. Each chunk is a copy, so
 * that the body may use its buffer again; whoever takes a chunk may keep it. At most one chunk is held
 * in memory beside those given out.
 *
 * @param chunkBytes length of a chunk, in bytes
 * @param spent buffers of that length that are filled again before new ones are made, taken from its
 * end; whoever gives chunks back pushes them here
 *
 * @example
 * ```ts
 * for await (const chunk of rechunk(put.body, 65_536)) await store.append(chunk)
 * ```
 */
export async function* rechunk(
  body: AsyncIterable<Uint8Array>,
  chunkBytes: number,
  spent: Uint8Array<ArrayBuffer>[] = [],
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  let chunk = new Uint8Array(chunkBytes)
  let filled = 0
  for await (const bytes of body) {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + chunkBytes - filled)
      chunk.set(part, filled)
      filled += part.length
      at += part.length
      if (filled < chunkBytes) continue
      yield chunk
      chunk = spent.pop() ?? new Uint8Array(chunkBytes)
      filled = 0
    }
  }
  if (filled > 0) yield chunk.slice(0, filled)
}
