import { execFileSync } from 'node:child_process'
import { expect } from 'chai'

interface Measured {
  mebibytes: number
  partSize: number
}

function mergeInChild(mebibytes: number, dtype: string): Measured {
  const script = ['--import', 'tsx', 'test/support/merge-in-child.ts', String(mebibytes), dtype]
  return JSON.parse(execFileSync(process.execPath, script, { encoding: 'utf8' })) as Measured
}

describe('The memory of a merge', () => {
  it('stays under 220 MiB with three models and parts of 64 MiB, however large the models are', () => {
    for (const [mebibytes, dtype] of [
      [130, 'F16'],
      [390, 'F32'],
    ] as const) {
      const measured = mergeInChild(mebibytes, dtype)
      expect(measured.partSize).to.equal(64 * 1024 * 1024)
      expect(measured.mebibytes, `${mebibytes} MiB of ${dtype}`).to.be.lessThan(220)
    }
  })
})
