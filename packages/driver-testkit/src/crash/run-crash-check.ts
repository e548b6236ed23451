import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CrashCheckFailure } from './crash-check-failure.ts'
import type { CrashMessage } from './crash-message.ts'
import type { Finding } from './finding.ts'
import { chooseKillPoints, describeKillPoint, type KillPoint } from './kill-point.ts'
import { Ledger } from './ledger.ts'
import { Pace } from './pace.ts'
import { runWriterProcess } from './writer-process.ts'

/** Options of {@link runCrashCheck}. */
export interface CrashCheckOptions {
  /** Path or `file:` URL of a module that exports `createDriver(location)`. */
  readonly driverModule: string | URL
  /** What `createDriver` is given, in each process; there is no store yet, or an empty one. */
  readonly location: string
  /** How many times a writing process is killed. */
  readonly kills: number
  /** From which all choices follow. */
  readonly seed: number
  /** How many write at the same time. Default 8. */
  readonly writers?: number
  /** How long each process may live, in milliseconds. Default 60,000. */
  readonly processTimeoutMs?: number
  /** Where the ledger goes if the check fails; a new temporary folder if left out. */
  readonly failureFolder?: string | undefined
  /** Breaks the check off. */
  readonly signal?: AbortSignal | undefined
}

/** Figures of a check that found nothing wrong. */
export interface CrashRun {
  readonly seed: number
  readonly kills: number
  /** Writes that were acknowledged; none of them was lost. */
  readonly acknowledged: number
  /** Writes that a kill cut off, and that had arrived all the same. */
  readonly arrived: number
  /** Writes that a kill cut off, and of which nothing had arrived. */
  readonly vanished: number
}

/**
 * Has a process write to a store, kills it with SIGKILL, has the next one look at what the first has
 * left and write on, and so on. When this resolves, after every kill each acknowledged write was
 * there, no value was torn, what was written in one commit was there as a whole, usage and what a
 * quota goes by were exact, and nothing was there that nobody had meant to write: promises 16.1,
 * 16.2, 2.6, 6.1 and 8.2 of docs/storage-contract.md.
 *
 * Several writers in each process put, delete, write pairs of keys in one commit, compare and set,
 * run into a quota, and write large values, whole and as streams where there are streams. They
 * record what they are about to do before each write, and each acknowledgement. The kills come after
 * a number of acknowledgements, in the midst of a write, of a large write, and while the store is
 * being opened; the number, as all choices, follows from the seed.
 *
 * It leaves no process behind in any case. The store stays where it is.
 *
 * @throws {@link CrashCheckFailure} when a promise was broken, or the run did not come to its end;
 * with the seed, and with the path of the saved ledger
 * @example
 * ```ts
 * await runCrashCheck({
 *   driverModule: new URL('./file-driver-module.ts', import.meta.url),
 *   location: join(folder, 'store.db'),
 *   kills: 50,
 *   seed: 1,
 * })
 * ```
 */
export async function runCrashCheck(options: CrashCheckOptions): Promise<CrashRun> {
  const { kills, seed } = options
  const check = new CrashCheck(options)
  for (const point of chooseKillPoints(kills, seed)) await check.run(point)
  await check.run(null)
  return { seed, kills, ...check.counts }
}

/** The figures of a run in one line, for whoever reads the output of the tests. */
export function formatCrashRun({ seed, kills, ...counts }: CrashRun): string {
  const { acknowledged, arrived, vanished } = counts
  return (
    `seed ${seed}: ${kills} kills, ${acknowledged} acknowledged writes and none lost; ` +
    `of ${arrived + vanished} writes cut off, ${arrived} had arrived whole and ${vanished} not at all`
  )
}

class CrashCheck {
  readonly #options: CrashCheckOptions
  readonly #ledger = new Ledger()
  readonly #said: string[] = []
  readonly #pace = new Pace()
  #process = 0

  constructor(options: CrashCheckOptions) {
    this.#options = options
  }

  get counts(): Ledger['counts'] {
    return this.#ledger.counts
  }

  /** Runs a process to its point; the last one, which has none, only looks. */
  async run(killAt: KillPoint | null): Promise<void> {
    const { seed, writers = 8, processTimeoutMs: timeoutMs = 60_000, signal } = this.#options
    this.#process++
    const findings: Finding[] = []
    try {
      await runWriterProcess({
        plan: {
          driverModule: toUrl(this.#options.driverModule).href,
          location: this.#options.location,
          seed: seed + this.#process,
          writers: killAt === null ? 0 : writers,
          firstRound: this.#ledger.lastRound + 1,
        },
        killAt,
        pace: this.#pace,
        timeoutMs,
        signal,
        hear: (message) => {
          this.#say(message)
          findings.push(...this.#ledger.note(message))
          if (findings.length > 0) throw new Error('The store has broken a promise.')
        },
      })
      if (killAt !== null) this.#say({ kind: 'killed', point: describeKillPoint(killAt) })
    } catch (error) {
      throw await this.#fail(findings, error)
    }
  }

  #say(message: CrashMessage | { readonly kind: 'killed'; readonly point: string }): void {
    this.#said.push(`${JSON.stringify({ process: this.#process, ...message })}\n`)
  }

  async #fail(findings: readonly Finding[], error: unknown): Promise<CrashCheckFailure> {
    const { seed, kills, failureFolder } = this.#options
    const folder = failureFolder ?? (await mkdtemp(join(tmpdir(), 'holdfast-crash-')))
    await mkdir(folder, { recursive: true })
    const ledgerPath = join(folder, `crash-seed-${seed}.ndjson`)
    await writeFile(ledgerPath, this.#said)
    const details = { findings, seed, ledgerPath }
    const when = `after ${this.#process - 1} of ${kills} kills`
    if (findings.length > 0) {
      return new CrashCheckFailure(details, `The store broke a promise ${when}:`)
    }
    const summary = `The check was broken off ${when}: ${error instanceof Error ? error.message : String(error)}`
    return new CrashCheckFailure(details, summary, error)
  }
}

function toUrl(module: string | URL): URL {
  if (module instanceof URL) return module
  return module.startsWith('file:') ? new URL(module) : pathToFileURL(resolve(module))
}
