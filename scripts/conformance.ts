import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../local/free-port.ts'
import { type Expectations, judge, type Report } from './conformance/judge.ts'
import { renderMatrix } from './conformance/render-matrix.ts'
import { FREE_PORTS, startStackChild } from './stack-child.ts'

/** Runs the recorded cases beside the project against a stack of its own, and holds the result against the floors. */

const HARNESS = '../shared/conformance/run.mjs'
const GROUPS = 'core,lambda,teststate,validation,api'
const MATRIX = 'docs/support-matrix.md'
const FOLDER = 'test/conformance'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const readJson = <Value>(path: string): Value => JSON.parse(readFileSync(path, 'utf8')) as Value

interface Harness {
  endpoint: string
  lambdaPort: number
  reportFile: string
}

async function runHarness({ endpoint, lambdaPort, reportFile }: Harness, options: string[] = []): Promise<Report> {
  const words = ['--endpoint', endpoint, '--group', GROUPS, '--level', 'history', '--lambda-stub', String(lambdaPort)]
  // The harness runs only under its real path, and the folder may be a link.
  const child = spawn(process.execPath, [realpathSync(HARNESS), ...words, '--json', reportFile, ...options], {
    stdio: 'ignore',
  })
  await once(child, 'exit')
  return readJson<Report>(reportFile)
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Cases without a known gap that failed beside many others get a second chance alone: a busy machine is no gap. */
async function repeatUnexplained(harness: Harness, report: Report, gaps: Expectations['gaps']): Promise<Report> {
  const failed = report.results.filter(({ id, reached }) => reached !== 'history' && gaps[id] === undefined)
  if (failed.length === 0) return report
  const pattern = `^(${failed.map(({ id }) => escapePattern(id)).join('|')})$`
  const again = await runHarness(harness, ['--filter', pattern, '--concurrency', '1'])
  const second = new Map(again.results.map((result) => [result.id, result]))
  return { ...report, results: report.results.map((result) => second.get(result.id) ?? result) }
}

async function collect(gaps: Expectations['gaps']): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-conformance-'))
  const lambdaPort = await findFreePort(0, '--lambda-endpoint')
  const { stack, end } = await startStackChild(directory, {
    options: [...FREE_PORTS, '--lambda-endpoint', `http://127.0.0.1:${lambdaPort}`],
  })
  try {
    const harness = { endpoint: stack.endpoint, lambdaPort, reportFile: join(directory, 'report.json') }
    return await repeatUnexplained(harness, await runHarness(harness), gaps)
  } finally {
    await end('SIGTERM')
    rmSync(directory, { recursive: true })
  }
}

async function main(): Promise<void> {
  if (!existsSync(HARNESS))
    return print('conformance: the recorded cases are not beside this project, nothing was compared')
  const expectations: Expectations = {
    floors: readJson(join(FOLDER, 'floors.json')),
    gaps: readJson(join(FOLDER, 'gaps.json')),
  }
  const report = await collect(expectations.gaps)
  const judgement = judge(report, expectations)
  for (const { group, passed, cases, percent } of judgement.groups)
    print(`${group}: ${passed} of ${cases}, ${percent} %`)
  for (const line of [...judgement.remarks, ...judgement.complaints]) print(line)
  if (process.argv.includes('--write')) writeFileSync(MATRIX, renderMatrix(judgement, report))
  const failed = judgement.complaints.length
  print(`conformance: ${judgement.groups.length} groups, ${failed} complaints`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main()
