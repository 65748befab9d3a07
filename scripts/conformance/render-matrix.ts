import type { Judgement, Report } from './judge.ts'

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('_', '\\_')

/** The support matrix as Markdown: a row for each group, and every gap with its reason. */
export function renderMatrix({ groups, gaps }: Judgement, { skipped }: Report): string {
  const rows = groups.map(({ group, cases, passed, percent }) => `| ${group} | ${cases} | ${passed} | ${percent} % |`)
  const gapRows = gaps.map(({ id, group, reason }) => `| ${group} | ${escapeCell(id)} | ${reason} |`)
  const skippedRows = skipped.map(([id, reason]) => `| | ${escapeCell(id)} | not run: ${reason} |`)
  return [
    '# Support matrix of the Step Functions interpreter',
    '',
    '<!-- Written by `npm run conformance -- --write`. -->',
    '',
    'Cases recorded on AWS, judged at the level of the whole history: every event with its id, predecessor and details.',
    '',
    '| Group | Cases | Pass | |',
    '|---|--:|--:|--:|',
    ...rows,
    '',
    '## Gaps',
    '',
    '| Group | Case | Reason |',
    '|---|---|---|',
    ...gapRows,
    ...skippedRows,
    '',
  ].join('\n')
}
