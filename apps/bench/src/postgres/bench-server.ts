import { ThrowawayPostgres } from '@holdfast/test-postgres'
import postgres from 'postgres'
import { BenchError } from '../bench-error.ts'

/** A server to measure on: one of our own, or the one of a URL. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string
  /** As the server tells it: `18.4`. */
  readonly version: string
  /** Whether it goes, with all that is in it, when this is disposed. */
  readonly isThrowaway: boolean
}

/** As delivered, but for checkpoints, which would fall into the rounds of one side or the other. */
const settings = { checkpoint_timeout: '1h', max_wal_size: '12GB' }

/**
 * Starts a server, or looks at the one of the URL.
 *
 * @throws {@link BenchError} where it cannot be reached, or does not keep what it acknowledges
 */
export async function openBenchServer(url: string | undefined): Promise<BenchServer> {
  if (url !== undefined) {
    const inspected = await inspect(url)
    return { ...inspected, isThrowaway: false, [Symbol.asyncDispose]: async () => undefined }
  }
  const server = await ThrowawayPostgres.start({ settings })
  try {
    const inspected = await inspect(server.url)
    const dispose = (): Promise<void> => server[Symbol.asyncDispose]()
    return { ...inspected, isThrowaway: true, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

async function inspect(url: string): Promise<Pick<BenchServer, 'url' | 'version'>> {
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new BenchError(
      '--postgres-url is of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    )
  }
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined })
  try {
    const [row] = await client`
      SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
        current_setting('synchronous_commit') AS commits`
    if (row?.['fsync'] !== 'on' || row['commits'] === 'off') {
      throw new BenchError(
        'The server does not keep what it acknowledges. Turn on fsync and synchronous_commit.',
      )
    }
    return { url, version: String(row['version']).split(' ')[0] ?? '' }
  } catch (error) {
    if (error instanceof BenchError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new BenchError(
      `The server of --postgres-url cannot be used: ${reason}. See to it that it runs, or leave the option out to measure on a server of our own.`,
      { cause: error },
    )
  } finally {
    await client.end()
  }
}
