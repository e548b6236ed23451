/**
 * Lets so many in at once, and has whoever comes next wait until one has left or its own signal is
 * aborted. Each is given what it has to call when it leaves.
 */
export function limitOpen(most: number): (signal?: AbortSignal) => Promise<() => void> {
  let open = 0
  const waiting: (() => void)[] = []
  return async (signal) => {
    const mustWait = (): boolean => open >= most && signal?.aborted !== true
    while (mustWait()) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
        signal?.addEventListener('abort', () => resolve())
      })
    }
    open++
    return () => {
      open--
      for (const wake of waiting.splice(0)) wake()
    }
  }
}
