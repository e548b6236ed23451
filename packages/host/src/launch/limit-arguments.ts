import type { LaunchRequest } from './launch-plan.ts'

const mebibyte = 1_048_576

/**
 * What the kernel counts as data of a process that does nothing yet: 512 MiB that V8 sets apart for
 * machine code, and the stacks of Node's threads. None of it takes memory before it is used.
 */
const idleDataBytes = 552 * mebibyte

/** Threads count, of which Node starts a few, and more when files are read. */
const maxThreads = 64

/**
 * The options of `prlimit` for a plugin's process: no core file, bounded descriptors, and, as data,
 * bounded memory, which is the only bound for what lies outside of V8's heap, such as buffers. An
 * allocation beyond it throws in the plugin, or ends its process.
 *
 * @param ownUser whether nobody else's threads are counted among those of the process's user
 */
export function limitArguments(
  { memoryBytes, addons }: LaunchRequest,
  ownUser: boolean,
): readonly string[] {
  return [
    '--core=0',
    '--nofile=1024',
    // What writes past Node's permission model, such as reports of V8, fills no file.
    ...(addons ? [] : ['--fsize=0']),
    `--data=${idleDataBytes + memoryBytes}`,
    ...(ownUser ? [`--nproc=${maxThreads}`] : []),
  ]
}

/** The options of Node for a heap that leaves room for buffers and the runtime itself. */
export function heapArguments(memoryBytes: number): readonly string[] {
  const memory = memoryBytes / mebibyte
  const oldSpace = Math.max(16, Math.floor(memory * 0.75) - 32)
  const semiSpace = Math.min(16, Math.max(1, Math.floor(memory / 32)))
  return [`--max-old-space-size=${oldSpace}`, `--max-semi-space-size=${semiSpace}`]
}
