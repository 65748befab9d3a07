import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { digestSources } from './source-digest.ts'

/** `serverless package` failed; the message is what it printed. */
export class PackagingError extends Error {
  override readonly name = 'PackagingError'
}

const STAMP = join('.serverless', 'source-digest')
const TEMPLATE = join('.serverless', 'cloudformation-template-update-stack.json')

function isFresh(root: string, digest: string): boolean {
  const stamp = join(root, STAMP)
  return existsSync(join(root, TEMPLATE)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest
}

function runServerless(root: string): Promise<void> {
  const bin = createRequire(join(root, 'package.json')).resolve('serverless/bin/serverless.js')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'package'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    const printed: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => printed.push(data))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new PackagingError(`serverless package ended with ${code}:\n${Buffer.concat(printed).toString()}`))
    })
  })
}

/** Packages the project in `root` unless `.serverless/` was made from just these sources. Answers whether it had to. */
export async function packageWhenStale(root: string, onStart: () => void = () => {}): Promise<boolean> {
  const digest = digestSources(root)
  if (isFresh(root, digest)) return false
  onStart()
  await runServerless(root)
  writeFileSync(join(root, STAMP), digest)
  return true
}
