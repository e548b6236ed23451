/**
 * Prints why tests are skipped, where they are.
 *
 * @returns what to add to their title
 */
export function skipReason(isSkipped: boolean, reason: string): string {
  if (!isSkipped) return ''
  // For whoever reads the output of the tests.
  // oxlint-disable-next-line no-console
  console.log(`Skipped: ${reason}`)
  return ` (skipped: ${reason})`
}
