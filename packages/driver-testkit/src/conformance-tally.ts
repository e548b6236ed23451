interface SectionCount {
  passed: number
  failed: number
  skipped: number
}

/** Counts what became of the checks, section by section. */
export class ConformanceTally {
  readonly #name: string
  readonly #sections = new Map<string, SectionCount>()
  readonly #skips: string[] = []

  constructor(name: string) {
    this.#name = name
  }

  async count(section: string, run: () => Promise<void>): Promise<void> {
    const count = this.#section(section)
    try {
      await run()
      count.passed++
    } catch (error) {
      count.failed++
      throw error
    }
  }

  skip(section: string, id: string, reason: string): void {
    this.#section(section).skipped++
    this.#skips.push(`${id}: ${reason}`)
  }

  /** A line for each section, and one for each skipped check. */
  format(): string {
    const sections = [...this.#sections].map(
      ([title, count]) => `  ${title.padEnd(24)} ${describeCount(count)}`,
    )
    const skips = this.#skips.map((skip) => `  skipped ${skip}`)
    return [
      `The ${this.#name} driver: ${describeCount(this.#total())}`,
      ...sections,
      ...skips,
    ].join('\n')
  }

  #section(title: string): SectionCount {
    const known = this.#sections.get(title)
    if (known !== undefined) return known
    const count = { passed: 0, failed: 0, skipped: 0 }
    this.#sections.set(title, count)
    return count
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

function describeCount({ passed, failed, skipped }: SectionCount): string {
  return [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ')
}
