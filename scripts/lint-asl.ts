import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import aslValidator from 'asl-validator'
import { parse } from 'yaml'
import type { Machine } from './asl-lint/machine.ts'
import { readSurroundings } from './asl-lint/read-surroundings.ts'
import { lintMachine } from './asl-lint/rules.ts'

const FOLDER = 'state-machines'

/** The validator wants ARNs where the file has placeholders, and it writes into what it is given. */
function validate(text: string): string[] {
  const definition = parse(text.replaceAll(/\$\{\w+\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:placeholder'))
  const { isValid, errorsText } = aslValidator(definition)
  return isValid ? [] : [errorsText('\n')]
}

const surroundings = readSurroundings()
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.asl.yaml'))
const complaints = files.flatMap((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8')
  return [...lintMachine(parse(text) as Machine, surroundings), ...validate(text)].map((line) => `${name}: ${line}`)
})
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.stdout.write(`lint-asl: ${files.length} machines, ${complaints.length} complaints\n`)
process.exitCode = complaints.length === 0 ? 0 : 1
