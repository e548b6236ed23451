import { Console } from 'node:console'
import type { LogLevel } from '@holdfast/session'

/** Takes what a plugin has said by the console. */
export type ConsoleSink = (level: LogLevel, text: string) => void

/**
 * Hands what the console says to the host, so that it can tell which invocation said it. What is
 * written to stdout and stderr by other ways still arrives there.
 */
export function captureConsole(sink: ConsoleSink): void {
  let level: LogLevel | null = null
  const capturing = new Console({
    stdout: toStream((text) => sink(level ?? 'info', text)),
    stderr: toStream((text) => sink(level ?? 'error', text)),
  })
  const atLevel =
    (method: 'debug' | 'warn', of: LogLevel) =>
    (...data: unknown[]): void => {
      level = of
      try {
        capturing[method](...data)
      } finally {
        level = null
      }
    }
  Object.assign(console, capturing, {
    debug: atLevel('debug', 'debug'),
    warn: atLevel('warn', 'warn'),
  })
}

/** All of a stream that a console uses. */
function toStream(write: (text: string) => void): NodeJS.WritableStream {
  const stream = {
    write(text: string) {
      write(text.endsWith('\n') ? text.slice(0, -1) : text)
      return true
    },
    once: () => stream,
    removeListener: () => stream,
    listenerCount: () => 1,
  }
  return stream as unknown as NodeJS.WritableStream
}
