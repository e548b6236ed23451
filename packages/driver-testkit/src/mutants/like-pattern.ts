/** What a text matches where `_` stands for a character and `%` for any number of them. */
export function likePattern(text: string): RegExp {
  const quoted = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${quoted.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'su')
}
