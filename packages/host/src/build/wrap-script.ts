// Nothing but Node is imported here: it is part of what begins each process of a plugin.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { constants, Script } from 'node:vm'

/** What a script is compiled with. */
export interface WrapScriptOptions {
  /** Its path, absolute: for stack traces, and for what it imports at run time. */
  readonly filename: string
  /** What `createCachedData` gave for the same text, wrapped by this function. */
  readonly cachedData?: Uint8Array | undefined
}

/**
 * Compiles the CommonJS script that `holdfast build` made, as Node wraps a module. It is the one place
 * that knows the wrapping: V8 takes a code cache only for the very text that it was made of, and for
 * the same version of Node.js with the same flags of V8. Those on memory (`--max-old-space-size`,
 * `--max-semi-space-size`, `--max-heap-size`) and Node's own (`--permission`) make no difference;
 * `--stack-size`, `--jitless`, `--disallow-code-generation-from-strings`, `--stack-trace-limit` and
 * `--expose-gc` do, as does `--no-node-snapshot`. Whether the cache was taken, `cachedDataRejected`
 * tells.
 *
 * Of the text, V8 compares the length alone: a cache belongs to the file that it was written with.
 */
export function wrapScript(source: string, { filename, cachedData }: WrapScriptOptions): Script {
  return new Script(`${head}${source}\n})`, {
    filename,
    // So that the first line, too, is where the source map says.
    columnOffset: -head.length,
    ...(cachedData === undefined ? {} : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
}

const head = '(function (exports, require, module, __filename, __dirname) {'

/** Runs a wrapped script. @returns its `module.exports`: of a built plugin, what `definePlugin` made */
export function runScript(script: Script, filename: string): unknown {
  const run = script.runInThisContext() as WrappedScript
  const module = { exports: {} }
  run.call(
    module.exports,
    module.exports,
    createRequire(filename),
    module,
    filename,
    dirname(filename),
  )
  return module.exports
}

type WrappedScript = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  dirname: string,
) => void
