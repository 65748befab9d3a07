import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { removeOtherWorkspaces } from '../../../../../../local/services/sagemaker/training/workspace.ts'

describe('The folders of training jobs', () => {
  const parent = mkdtempSync(join(tmpdir(), 'darkroom-workspaces-'))
  after(() => rmSync(parent, { recursive: true, force: true }))

  it('are removed at the next start, but for those of jobs that go on', () => {
    for (const id of ['over', 'running']) mkdirSync(join(parent, id, 'ml/model'), { recursive: true })
    removeOtherWorkspaces(parent, new Set(['running']))
    expect(readdirSync(parent)).to.deep.equal(['running'])
  })

  it('need not be there', () => {
    expect(() => removeOtherWorkspaces(join(parent, 'missing'), new Set())).not.to.throw()
  })
})
