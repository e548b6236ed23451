/** Values that calls go to: of `count` of the same size, one at random for each call. */
export type Values = {
  readonly bytes: number
  readonly count: number
}

export const smallValues: Values = { bytes: 1_024, count: 1_000 }

export const largeValues: Values = { bytes: 1_048_576, count: 8 }

export function keyOf({ bytes }: Values, index: number): string {
  return `${bytes}/${index}`
}

export function randomKey(values: Values): string {
  return keyOf(values, Math.floor(Math.random() * values.count))
}
