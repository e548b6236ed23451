/** The rounds of rows that show how cost grows: many rows, and little depends on the last digit. */
export function shortRoundMs(seconds: number): number {
  return seconds * 300
}
