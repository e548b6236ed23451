import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordedOperation } from './recorded-operation.ts'

/** A history on its way to a folder, with what is to be said about it. */
export interface HistoryToSave {
  /** Made if it is not there; if left out, a new one for temporary files. */
  readonly folder: string | undefined
  readonly seed: number
  readonly history: readonly RecordedOperation[]
  readonly report: string
}

/** Saves a history as lines of JSON, in order of invocation, and a report beside it. */
export async function saveHistory({
  folder,
  seed,
  history,
  report,
}: HistoryToSave): Promise<{ readonly historyPath: string; readonly reportPath: string }> {
  const target = folder ?? (await mkdtemp(join(tmpdir(), 'holdfast-linearizability-')))
  await mkdir(target, { recursive: true })
  const historyPath = join(target, `seed-${seed}.ndjson`)
  const reportPath = join(target, `seed-${seed}.txt`)
  const lines = history
    .toSorted((left, right) => left.invokedAt - right.invokedAt)
    .map((operation) => `${JSON.stringify(operation)}\n`)
  await writeFile(historyPath, lines)
  await writeFile(reportPath, report)
  return { historyPath, reportPath }
}

/** Reads what {@link saveHistory} wrote. */
export function parseHistory(text: string): readonly RecordedOperation[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedOperation)
}
