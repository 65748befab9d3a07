import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../local/free-port.ts'
import { startBenchStack } from './bench/start-bench-stack.ts'
import { type Expectations, judge, type Report } from './conformance/judge.ts'
import { renderMatrix } from './conformance/render-matrix.ts'

/** Runs the recorded cases beside the project against a stack of its own, and holds the result against the floors. */

const HARNESS = '../shared/conformance/run.mjs'
const GROUPS = 'core,lambda,teststate,validation,api'
const MATRIX = 'docs/support-matrix.md'
const FOLDER = 'test/conformance'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const readJson = <Value>(path: string): Value => JSON.parse(readFileSync(path, 'utf8')) as Value

async function runHarness(endpoint: string, lambdaPort: number, reportFile: string): Promise<Report> {
  const words = ['--endpoint', endpoint, '--group', GROUPS, '--level', 'history', '--lambda-stub', String(lambdaPort)]
  const child = spawn(process.execPath, [HARNESS, ...words, '--json', reportFile], { stdio: 'ignore' })
  await once(child, 'exit')
  return readJson<Report>(reportFile)
}

async function collect(): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-conformance-'))
  const lambdaPort = await findFreePort(0, '--lambda-endpoint')
  const { stack, stop } = await startBenchStack(directory, ['--lambda-endpoint', `http://127.0.0.1:${lambdaPort}`])
  try {
    return await runHarness(stack.endpoint, lambdaPort, join(directory, 'report.json'))
  } finally {
    await stop()
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
  const report = await collect()
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
