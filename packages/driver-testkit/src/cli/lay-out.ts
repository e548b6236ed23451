/** How wide a line is at most, where its words allow. */
const maxColumns = 100

/** Breaks a text into lines, each of them indented by so many columns. */
export function wrap(text: string, columns: number): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && columns + line.length + 1 + word.length > maxColumns) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return indent([...lines, line].join('\n'), columns)
}

/** Indents each line of a text by so many columns. */
export function indent(text: string, columns: number): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns))
}
