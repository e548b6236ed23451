import type { EpochMs } from '@holdfast/core'
import Table from 'cli-table3'

/** Lays rows out in columns, without lines, so that other tools can read it too. */
export function showTable(
  rows: readonly (readonly string[])[],
  head: readonly string[] = [],
  rightAligned: readonly number[] = [],
): string {
  const table = new Table({
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    colAligns: (head.length > 0 ? head : (rows[0] ?? [])).map((_cell, column) =>
      rightAligned.includes(column) ? 'right' : 'left',
    ),
  })
  const all = head.length > 0 ? [head, ...rows] : rows
  table.push(...all.map((row) => row.map((cell) => escapeControls(cell))))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** A time as people and programs read it; nothing for none. */
export function showTime(time: EpochMs | null): string {
  return time === null ? '' : new Date(time).toISOString()
}

/** A key may hold whatever a terminal obeys or does not show; none of it shall reach one. */
function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
}
