import { HoldfastError } from '@holdfast/core'
import { groupOf, type TestCase } from './test-part.ts'

/** Which cases to run: those that are named, without those that are left out. */
export interface Selection {
  /** Ids of cases and names of groups; empty for all. */
  readonly only: readonly string[]
  readonly skip: readonly string[]
}

/**
 * Chooses cases by their ids and groups.
 *
 * @throws {@link HoldfastError} `USAGE` for a name that nothing has, or where nothing is left
 */
export function selectCases(
  cases: readonly TestCase[],
  { only, skip }: Selection,
): readonly TestCase[] {
  for (const name of [...only, ...skip]) {
    if (!cases.some(isNamed([name]))) throw unknownName(name, cases)
  }
  const chosen = only.length === 0 ? cases : cases.filter(isNamed(only))
  const left = chosen.filter((testCase) => !isNamed(skip)(testCase))
  if (left.length > 0) return left
  throw new HoldfastError('USAGE', 'What --only names, --skip leaves out; there is nothing to run.')
}

function isNamed(names: readonly string[]): (testCase: TestCase) => boolean {
  return ({ id }) => names.includes(id) || names.includes(groupOf(id))
}

function unknownName(name: string, cases: readonly TestCase[]): HoldfastError {
  const ids = cases.map(({ id }) => id)
  const groups = [...new Set(ids.map(groupOf))]
  const siblings = ids.filter((id) => groupOf(id) === groupOf(name))
  const known = siblings.length > 0 ? siblings : groups
  return new HoldfastError('USAGE', `No check is named ${name}. There are: ${known.join(', ')}.`)
}
