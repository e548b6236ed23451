/** How many bytes 1 MiB is. */
export const mebibyte = 1_048_576

/** The UTF-8 of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** So many bytes that follow no pattern, the same ones each time; others for another seed. */
export function noise(length: number, seed = 0): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = 0x9e3779b9 + seed
  for (let index = 0; index < length; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[index] = state
  }
  return bytes
}

/** Where two values differ, in words; `null` where they do not. */
export function differenceOf(
  actual: Uint8Array | null | undefined,
  expected: Uint8Array,
): string | null {
  if (!(actual instanceof Uint8Array)) return `no bytes, but ${String(actual)}`
  if (actual.byteLength !== expected.byteLength) {
    return `${actual.byteLength} bytes, not ${expected.byteLength}`
  }
  if (Buffer.compare(actual, expected) === 0) return null
  const index = actual.findIndex((byte, at) => byte !== expected[at])
  return `byte ${index} is ${actual[index]}, not ${expected[index]}`
}
