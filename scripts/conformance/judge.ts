/** One case as the harness reports it; only what is judged here. */
export interface CaseResult {
  id: string
  group: string
  reached: string
}

export interface Report {
  results: CaseResult[]
  skipped: [id: string, reason: string][]
}

/** What the repository keeps: floors in percent by group, and a reason for every case that is known not to pass. */
export interface Expectations {
  floors: Record<string, number>
  gaps: Record<string, string>
}

export interface GroupFigures {
  group: string
  cases: number
  passed: number
  percent: number
}

export interface Judgement {
  groups: GroupFigures[]
  /** Known gaps that were met, by case id. */
  gaps: { id: string; group: string; reason: string }[]
  /** What must not be: groups below their floor, failures without a reason. */
  complaints: string[]
  /** Gaps of the list that pass by now, and floors that could go up: worth an edit, no failure. */
  remarks: string[]
}

const LEVEL = 'history'

const passes = ({ reached }: CaseResult): boolean => reached === LEVEL

function figuresOf(group: string, results: CaseResult[]): GroupFigures {
  const cases = results.length
  const passed = results.filter(passes).length
  return { group, cases, passed, percent: Math.floor((passed / cases) * 1000) / 10 }
}

/** Holds a report against the floors and the list of gaps. */
export function judge({ results }: Report, { floors, gaps }: Expectations): Judgement {
  const groups = [...new Set(results.map(({ group }) => group))].sort()
  const figures = groups.map((group) =>
    figuresOf(
      group,
      results.filter((result) => result.group === group),
    ),
  )
  const failing = results.filter((result) => !passes(result))
  const belowFloor = figures.filter(({ group, percent }) => percent < (floors[group] ?? 100))
  const unexplained = failing.filter(({ id }) => gaps[id] === undefined)
  const closed = results.filter((result) => passes(result) && gaps[result.id] !== undefined)
  const liftable = figures.filter(({ group, percent }) => percent >= (floors[group] ?? 100) + 1)
  return {
    groups: figures,
    gaps: failing.flatMap(({ id, group }) => (gaps[id] === undefined ? [] : [{ id, group, reason: gaps[id] }])),
    complaints: [
      ...belowFloor.map(({ group, percent }) => `${group}: ${percent} % is below the floor of ${floors[group]} %`),
      ...unexplained.map(({ id }) => `${id}: fails, and test/conformance/gaps.json gives no reason`),
    ],
    remarks: [
      ...closed.map(({ id }) => `${id}: passes now, take it out of gaps.json`),
      ...liftable.map(({ group, percent }) => `${group}: the floor can go up to ${Math.floor(percent)} %`),
    ],
  }
}
