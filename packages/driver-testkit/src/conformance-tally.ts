/** Skipped checks that are named; of more with the same reason, only how many they are. */
const mostNamed = 4

interface SectionCount {
  passed: number
  failed: number
  skipped: number
}

/** Counts what became of the checks, section by section. */
export class ConformanceTally {
  readonly #name: string
  readonly #sections: ReadonlyMap<string, SectionCount>
  readonly #skips = new Map<string, string[]>()

  constructor(name: string, sections: readonly string[]) {
    this.#name = name
    this.#sections = new Map(sections.map((title) => [title, { passed: 0, failed: 0, skipped: 0 }]))
  }

  async count(section: string, run: () => Promise<void>): Promise<void> {
    try {
      await run()
      this.#add(section, 'passed')
    } catch (error) {
      this.#add(section, 'failed')
      throw error
    }
  }

  skip(section: string, id: string, reason: string): void {
    this.#add(section, 'skipped')
    this.#skips.set(reason, [...(this.#skips.get(reason) ?? []), id])
  }

  /** A line for each section, and one for each reason why checks were skipped. */
  format(): string {
    const sections = [...this.#sections].map(
      ([title, count]) => `  ${title.padEnd(24)} ${describeCount(count)}`,
    )
    const skips = [...this.#skips].map(([reason, ids]) => `  skipped ${nameSome(ids)}: ${reason}`)
    return [
      `The ${this.#name} driver: ${describeCount(this.#total())}`,
      ...sections,
      ...skips,
    ].join('\n')
  }

  #add(section: string, outcome: keyof SectionCount): void {
    const count = this.#sections.get(section)
    if (count !== undefined) count[outcome]++
  }

  #total(): SectionCount {
    const total = { passed: 0, failed: 0, skipped: 0 }
    for (const { passed, failed, skipped } of this.#sections.values()) {
      total.passed += passed
      total.failed += failed
      total.skipped += skipped
    }
    return total
  }
}

function nameSome(ids: readonly string[]): string {
  const more = ids.length - mostNamed
  const named = ids.slice(0, mostNamed).join(', ')
  return more > 0 ? `${named} and ${more} more` : named
}

function describeCount({ passed, failed, skipped }: SectionCount): string {
  return [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ')
}
