import { createHash } from 'node:crypto'

const isSoak = process.env['HOLDFAST_SOAK'] !== undefined
const seed = process.env['HOLDFAST_SEED'] ?? new Date().toISOString()

/**
 * Chooses about one in so many of what it is asked for, others in each run, and all in soaks.
 * HOLDFAST_SEED names which.
 */
export function isChosen(title: string, oneIn = 4): boolean {
  const [byte = 0] = createHash('sha256').update(`${seed} ${title}`).digest()
  return isSoak || byte % oneIn === 0
}
