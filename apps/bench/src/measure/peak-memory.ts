const sampleEveryMs = 2

/**
 * The most memory of the process during a call, in bytes, beyond what it had before. Start the process
 * with `--expose-gc`: garbage of before would be room for what the call needs.
 */
export async function peakMemory(call: () => Promise<void>): Promise<number> {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  const highestBefore = highestMemory()
  let peak = before
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(sample, sampleEveryMs)
  try {
    await call()
    sample()
  } finally {
    clearInterval(timer)
  }
  // The system knows the true peak, if it was higher than all before.
  const highest = highestMemory()
  return Math.max(peak, highest > highestBefore ? highest : 0) - before
}

function highestMemory(): number {
  return process.resourceUsage().maxRSS * 1_024
}
