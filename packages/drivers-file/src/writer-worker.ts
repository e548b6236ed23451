import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { outcomeUnknown } from '@holdfast/core'
import { CommitStatements } from './commit-statements.ts'
import { mapSqliteError, sqliteCode, storeMoved } from './map-sqlite-error.ts'
import { openWriter, type WriterOptions } from './open-writer.ts'
import { runJob, type Statements } from './run-job.ts'
import { StreamStatements } from './stream-statements.ts'
import { waitForLock } from './wait-for-lock.ts'
import {
  type Job,
  type JobResult,
  packError,
  type WriterReply,
  type WriterRequest,
} from './writer-protocol.ts'

/** SQLite's code for an error of the disk. */
const ioError = 10

/** Opens the store in this thread, then does the jobs that come, a transaction for each message. */
function main(port: MessagePort, options: WriterOptions): void {
  const reply = (message: WriterReply): void => port.postMessage(message)
  let writer: Writer
  try {
    writer = new Writer(options)
  } catch (error) {
    reply({ openError: packError(mapSqliteError(error, options.path), 'DRIVER_FAILURE') })
    port.close()
    return
  }
  port.on('message', (request: WriterRequest) => {
    if (request === 'close') {
      writer.close()
      port.close()
    } else {
      const results = writer.run(request.jobs)
      const spent = results.flatMap((result) => ('spent' in result ? [result.spent.buffer] : []))
      port.postMessage({ results } satisfies WriterReply, spent)
    }
  })
  reply({ opened: writer.file })
}

class Writer {
  readonly #options: WriterOptions
  readonly #database: DatabaseSync
  readonly #statements: Statements
  /** Which file it is, whatever becomes of its name. */
  readonly file: string

  constructor(options: WriterOptions) {
    this.#options = options
    const { path, file } = options
    if (file !== undefined && identify(path) !== file) throw storeMoved(path)
    this.#database = openWriter(options)
    this.file = identify(path)
    try {
      this.#statements = {
        entries: new CommitStatements(this.#database),
        streams: new StreamStatements(this.#database),
      }
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** Does jobs in one transaction, so that they share one sync of the disk. */
  run(jobs: readonly Job[]): readonly JobResult[] {
    try {
      waitForLock(() => this.#database.exec('BEGIN IMMEDIATE'), this.#options.busyTimeoutMs)
    } catch (error) {
      return jobs.map(() => this.#failure(error))
    }
    try {
      // SQLite would go on with a file that nobody can find again, and all writes would be lost.
      if (identify(this.#options.path) !== this.file) throw storeMoved(this.#options.path)
      const results = jobs.map((job) => this.#runOne(job))
      this.#commit()
      return results
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      return jobs.map(() => this.#failure(error))
    }
  }

  /** Does one job so that its failure takes back itself alone. */
  #runOne(job: Job): JobResult {
    this.#database.exec('SAVEPOINT job')
    try {
      const outcome = runJob(this.#statements, job)
      this.#database.exec('RELEASE job')
      return outcome
    } catch (error) {
      // Some errors of SQLite take back the whole transaction at once, and then all jobs fail.
      if (!this.#database.isTransaction) throw error
      this.#database.exec('ROLLBACK TO job')
      this.#database.exec('RELEASE job')
      return this.#failure(error)
    }
  }

  #commit(): void {
    try {
      this.#database.exec('COMMIT')
    } catch (error) {
      // The disk failed while the log was synced: the commit may be in it, or not.
      const isDiskError = ((sqliteCode(error) ?? 0) & 0xff) === ioError
      throw isDiskError ? outcomeUnknown('driver.commit', error) : error
    }
  }

  #failure(error: unknown): JobResult {
    return { error: packError(mapSqliteError(error, this.#options.path), 'DRIVER_FAILURE') }
  }

  close(): void {
    this.#database.close()
  }
}

/** Names the file at a path; empty where there is none. */
function identify(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.dev}:${stats.ino}`
}

if (parentPort !== null) main(parentPort, workerData as WriterOptions)
