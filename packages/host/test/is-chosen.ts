import { createHash } from 'node:crypto'

const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const seed = process.env['HOLDFAST_SEED'] ?? new Date().toISOString()

/**
 * Chooses about a quarter of what it is asked for, another quarter in each run, and all of it in
 * soaks. HOLDFAST_SEED names the quarter.
 */
export function isChosen(title: string): boolean {
  const [byte = 0] = createHash('sha256').update(`${seed} ${title}`).digest()
  return isSoak || byte % 4 === 0
}
