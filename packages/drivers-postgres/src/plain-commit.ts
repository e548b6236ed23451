import { chunkBytes, type LedgerCommit } from './plugin-ledger.ts'

/** Whether a commit does nothing but write values that have room in their rows. */
export function isPlain({ puts, deletes }: LedgerCommit): boolean {
  if (deletes.length > 0) return false
  return puts.every(({ stream, value }) => stream === undefined && value.length <= chunkBytes)
}
