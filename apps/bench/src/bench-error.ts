/** What went wrong, in words for whoever runs the benchmark, with what to do next. */
export class BenchError extends Error {
  override readonly name = 'BenchError'
}

/** Why a row cannot be measured here; the others go on. */
export class SkipRow extends Error {
  override readonly name = 'SkipRow'
}
