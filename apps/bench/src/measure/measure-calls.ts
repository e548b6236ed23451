/** How to call something over and over. */
export interface CallRound {
  /** How many calls are always in flight: loops, each of which awaits its own. */
  readonly inFlight: number
  readonly milliseconds: number
  readonly signal: AbortSignal
}

/** Calls for a while. Returns how many calls a second ended. */
export async function measureCalls(
  call: () => Promise<unknown>,
  { inFlight, milliseconds, signal }: CallRound,
): Promise<number> {
  let ended = 0
  // One that fails ends the others, too.
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  const start = performance.now()
  const until = start + milliseconds
  const loop = async (): Promise<void> => {
    try {
      while (performance.now() < until) {
        either.throwIfAborted()
        await call()
        ended += 1
      }
    } catch (error) {
      failure.abort(error)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, loop))
  either.throwIfAborted()
  return (ended * 1_000) / (performance.now() - start)
}

/** Calls for a while. Returns the microseconds for each call that ended. */
export async function measureCost(call: () => Promise<unknown>, round: CallRound): Promise<number> {
  return 1_000_000 / (await measureCalls(call, round))
}
