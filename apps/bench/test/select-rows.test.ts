import { expect, test } from 'vitest'
import { selectRows } from '../src/measure/measure-rows.ts'

const rows = ['get-1', 'get-100k', 'set-1'].map((name) => ({
  name,
  title: name,
  unit: 'ops/s' as const,
  goal: null,
}))

const select = (...names: string[]): readonly string[] =>
  selectRows(rows, names).map(({ name }) => name)

test('rows are selected by their names, or by the parts that these begin with', () => {
  expect(select()).toEqual(['get-1', 'get-100k', 'set-1'])
  expect(select('get')).toEqual(['get-1', 'get-100k'])
  expect(select('get-1')).toEqual(['get-1'])
  expect(select('set', 'get-100k')).toEqual(['get-100k', 'set-1'])
  expect(() => select('get-10')).toThrow(/No row is named "get-10"\. There are:\n {2}get-1\n/)
})
