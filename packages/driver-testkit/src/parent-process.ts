import { writeSync } from 'node:fs'

/** The plan that `ChildProgram` started this process with. */
export function readPlan(): unknown {
  return JSON.parse(process.argv[2] ?? 'null')
}

/** Tells the process that started this one. When it returns, a kill -9 cannot unsay it. */
export function tellParent(message: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`)
  for (let at = 0; at < bytes.length;) at += writeSync(3, bytes, at)
}

/** Has this process end with the one that started it, however that ends. */
export function endWithParent(): void {
  process.stdin.once('close', () => process.exit(1)).resume()
  // It is no reason for this process to go on.
  if ('unref' in process.stdin) process.stdin.unref()
}
