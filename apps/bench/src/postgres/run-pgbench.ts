import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { BenchError } from '../bench-error.ts'

export interface PgbenchRound {
  readonly program: string
  readonly url: string
  /** In the language of pgbench. */
  readonly script: string
  readonly variables: Readonly<Record<string, string>>
  readonly clients: number
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Runs a script for a while. Returns the transactions a second, without the time to connect. */
export async function runPgbench(round: PgbenchRound): Promise<number> {
  const { program, url, script, variables, clients, seconds, signal } = round
  const child = spawn(
    program,
    [
      '--no-vacuum',
      '--protocol=prepared',
      '--file=-',
      `--client=${clients}`,
      `--jobs=${Math.min(clients, 2)}`,
      `--time=${seconds}`,
      ...Object.entries(variables).map(([name, value]) => `--define=${name}=${value}`),
    ],
    { env: { ...process.env, ...connectionEnvironment(url) }, signal },
  )
  // It may end before it has read all.
  child.stdin.on('error', () => undefined)
  child.stdin.end(script)
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const [out, error] = await output
  const rate = /^tps = (?<rate>[\d.]+)/m.exec(out)?.groups?.['rate']
  const hasFailed = /failed transactions: [1-9]/.test(out)
  if (exitCode !== 0 || rate === undefined || hasFailed) {
    throw new BenchError(`pgbench failed (exit code ${exitCode}): ${error || out}`)
  }
  return Number(rate)
}

/** How a URL is told to libpq, so that its password is in no list of processes. TLS is as for us. */
function connectionEnvironment(url: string): Readonly<Record<string, string>> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  return {
    PGHOST: hostname.replaceAll(/[[\]]/g, ''),
    PGPORT: port === '' ? '5432' : port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
    PGSSLMODE: searchParams.get('sslmode') ?? 'disable',
  }
}
