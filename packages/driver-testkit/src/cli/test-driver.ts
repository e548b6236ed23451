import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { styleText } from 'node:util'
import type { CommandRequest } from './create-program.ts'
import { formatJunit } from './junit-report.ts'
import { Progress } from './progress.ts'
import { type SupervisedRun, superviseCases } from './supervise-cases.ts'
import { createReport, type TestReport } from './test-report.ts'
import { formatText } from './text-report.ts'

/**
 * Tries a driver and prints what came out.
 *
 * @returns the report, which is printed already
 * @throws {@link HoldfastError} `USAGE` for what cannot be tried; the signal's reason
 */
export async function testDriver(
  request: CommandRequest,
  signal: AbortSignal,
): Promise<TestReport> {
  const { module, seed, effort, commands, timeout, json, junit } = request
  const { results, ...run } = await runCases(request, signal)
  const report = createReport({ ...run, module, seed, effort, commands, timeout }, results)
  if (junit !== null) {
    await mkdir(dirname(junit), { recursive: true })
    await writeFile(junit, formatJunit(report))
  }
  await print(json ? `${JSON.stringify(report, null, 2)}\n` : toText(report))
  return report
}

async function runCases(request: CommandRequest, signal: AbortSignal): Promise<SupervisedRun> {
  await using stack = new AsyncDisposableStack()
  const failureFolder = await mkdtemp(join(tmpdir(), 'driver-testkit-failures-'))
  // It stays if a case has left something to look at.
  stack.defer(async () => {
    if ((await readdir(failureFolder)).length === 0) await rmdir(failureFolder)
  })
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'driver-testkit-'))
  // A process that is being killed may still be writing to it.
  stack.defer(() => rm(temporaryFolder, { recursive: true, force: true, maxRetries: 10 }))
  const progress = new Progress(process.stderr)
  return await superviseCases(
    { ...request, failureFolder },
    {
      temporaryFolder,
      signal,
      onLoaded: (cases) => progress.expect(cases.length),
      onBegun: (testCase) => progress.begin(testCase),
      onEnded: (result) => progress.end(result),
    },
  )
}

function toText(report: TestReport): string {
  return formatText(report, (style, text) => styleText(style, text, { stream: process.stdout }))
}

/** Whoever has stopped reading, such as `head`, has had enough of it, and the report stands. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve())
  })
}
