/** Numbers that do not fit into 32 bits, or of which those 32 bits make a small number. */
export const largeNumbers: readonly number[] = [
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 40,
  Number.MAX_SAFE_INTEGER,
]
