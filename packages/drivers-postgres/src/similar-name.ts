/** The most that one mistypes of a name. */
const mostEdits = 2

/** The name that was meant, if one is like it: `sslmode` for `sslmod`. */
export function similarName<Name extends string>(
  typed: string,
  names: readonly Name[],
): Name | undefined {
  const [nearest] = names
    .map((name) => ({ name, edits: countEdits(typed, name) }))
    .toSorted((one, other) => one.edits - other.edits)
  return nearest !== undefined && nearest.edits <= mostEdits ? nearest.name : undefined
}

/** How many characters have to be added, left out or replaced to make one text of another. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [line, typed] of from.split('').entries()) {
    const next = [line + 1]
    for (const [at, meant] of to.split('').entries()) {
      const replaced = (row[at] ?? 0) + (typed === meant ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
